import { escapeXml } from './xml.ts';

/** Keys and what they do, as the page's help shows them. */
const keys = [
  ['click', 'zoom to a frame; on a frame below it, back out'],
  ['arrows, Enter', 'go from frame to frame, zoom to it'],
  ['Ctrl-F, F3, /', 'search'],
  ['Enter, n; Shift-Enter, N', 'next match, previous match'],
  ['Escape', 'one step back: search, zoom, what is drawn'],
  ['0', 'start over'],
  ['c, e', 'callers of the function chosen, callees'],
  ['l', 'from the leaf, from the root'],
  ['r', 'collapse recursion'],
  ['i, s', 'root on top, order by size'],
  ['v, b', 'next view; bytes or calls, or what widths are of'],
  ['t, d', 'table, dark'],
] as const;

/** What stands below the header, the same on every page but for the texts of the licences. */
export function pageBody(licences: string): string {
  return `<p id="problem" class="warning" hidden></p>
<noscript><p class="warning">The graph and the table need JavaScript.</p></noscript>
<div class="bar" role="toolbar" aria-label="Graph">
<div class="choices" id="views" role="group" aria-label="View"></div>
<span id="widths" class="caption" title="max: the larger of before and after, added up from the frames that have weight of their own; after: what vanished has no width; before: what is new has none" hidden>Widths</span><div class="choices" id="columns" role="group" aria-label="Measure"></div>
<div class="choices" id="shapes" role="group" aria-label="Stacks merged"></div>
<details class="menu" id="modules"><summary>Modules<span id="modules-count"></span></summary><div><p class="note">Frames of modules without a tick are left out.</p><div id="modules-list"></div></div></details>
<details class="menu"><summary>Options</summary><div>
<label><input type="checkbox" id="collapse"> Collapse recursion</label>
<label><input type="checkbox" id="inverted"> Root on top (icicle)</label>
<label><input type="checkbox" id="by-size"> Order by size</label>
<label><input type="checkbox" id="dark"> Dark</label>
</div></details>
<button type="button" id="reset" title="Show everything again (0)">Reset</button>
<div class="end">
<div class="search" role="search">
<input class="field" id="search" type="search" placeholder="Search (Ctrl-F)" aria-label="Search functions" autocomplete="off" spellcheck="false">
<button type="button" id="case" title="Match upper and lower case">Aa</button>
<button type="button" id="regexp" title="Regular expression">.*</button>
<button type="button" id="previous" title="Previous match (Shift-Enter)" aria-label="Previous match">&#8249;</button>
<button type="button" id="next" title="Next match (Enter)" aria-label="Next match">&#8250;</button>
</div>
<button type="button" id="toggle-table" title="Table of functions (t)">Table</button>
<button type="button" id="show-help" title="Keys (?)" aria-label="Help">?</button>
</div></div>
<main>
<section id="stacks" aria-label="Flame graph"><div id="where"><span id="what"></span>
<span class="choices" id="around" role="group" aria-label="Function chosen">
<button type="button" id="callers" title="All callers of this function (c)">Callers</button>
<button type="button" id="callees" title="All that this function calls (e)">Callees</button>
</span><span id="found" role="status"></span></div>
<div id="graph"></div>
<div id="legend" role="group" aria-label="Colours" hidden></div></section>
<section id="side" aria-label="Functions"><div id="table"><table>
<colgroup id="table-columns"></colgroup>
<thead><tr id="table-groups"></tr><tr id="table-head"></tr></thead>
<tbody aria-hidden="true"><tr id="rows-above"></tr></tbody>
<tbody id="table-rows"></tbody>
<tbody aria-hidden="true"><tr id="rows-below"></tr></tbody>
</table></div></section>
</main>
<div id="tooltip" role="tooltip" hidden></div>
<dialog id="help">
<form method="dialog"><h2>Keys</h2>
<dl>
${keys.map(([key, meaning]) => `<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`).join('\n')}
</dl>
<details><summary>Licences</summary><pre>${escapeText(licences)}</pre></details>
<p><button autofocus>Close</button></p></form>
</dialog>`;
}

/** Of several lines. */
function escapeText(text: string): string {
  return text.split('\n').map(escapeXml).join('\n');
}
