/** Of text on dark paper. */
export const darkInks = { text: '#e6e8eb', note: '#b4bac2', warning: '#ff8f8a' } as const;

const anyPaper = `
.memstacks .f text{pointer-events:none}
.memstacks tspan{fill:#333333}
.memstacks .f:hover rect{stroke:#000000}
.memstacks .live,.memstacks .frames.live .f{cursor:pointer}
.memstacks .frames:focus{outline:none}
.memstacks .current rect{stroke:#0a66c2;stroke-width:2}
.memstacks .below rect{fill-opacity:.65}
.memstacks .away{clip-path:inset(50%)}
.memstacks .hit rect{fill:#f070f0}
.memstacks .among rect{fill:#f7b5f7}
.memstacks .entry.off{opacity:.35}
.memstacks .field{fill:#ffffff;stroke:#8a9099}
.memstacks .typing .field{stroke:#0a66c2;stroke-width:2}
.memstacks .wrong .field{stroke:#d00020;stroke-width:2}
.memstacks .selection{fill:#b9d7f5}
.memstacks .hint{fill:#6b7078}
.memstacks .button{fill:#eceef1;stroke:#8a9099}
.memstacks .pressed .button{fill:#b9d7f5;stroke:#0a66c2}
.memstacks .controls g:focus,.memstacks .entry:focus{outline:none}
.memstacks .controls g:focus-visible .button{stroke:#0a66c2;stroke-width:2}
.memstacks .entry:focus-visible{outline:2px solid #0a66c2;outline-offset:3px}
.memstacks .caret{stroke:#0a66c2}
@media print{
.memstacks .controls{display:none}
svg.memstacks{max-width:100%;height:auto}
}
`;

const darkPaper = (page: string): string => `
${page} text{fill:${darkInks.text}}
${page} .f text{fill:#000000}
${page} .note{fill:${darkInks.note}}
${page} .warning{fill:${darkInks.warning}}
${page} .f:hover rect{stroke:#ffffff}
${page} .below rect{fill-opacity:.3}
${page} .below text,${page} .below tspan{fill:${darkInks.text}}
${page} .field{fill:#2a2d33}
${page} .button{fill:#353941}
${page} .pressed .button{fill:#1f4d7d}
${page} .selection{fill:#1f4d7d}
${page} .hint{fill:#a9afb8}
`;

/**
 * Colours that depend on the reader's dark mode, and what only pointers see. Everything else is an
 * attribute, so that viewers without CSS show the same picture. Holds no `<` and no `&`.
 */
export const style = `${anyPaper}@media (prefers-color-scheme:dark){
:root.memstacks:not(.plain){background:#1c1e22}
.memstacks:not(.plain) .paper{fill:#1c1e22}${darkPaper('.memstacks:not(.plain)')}}
`;

/** The same where the paper is dark for every reader. */
export const darkStyle = anyPaper + darkPaper('.memstacks.dark').trimStart();
