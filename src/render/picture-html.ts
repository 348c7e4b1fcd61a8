import { escapeXml } from './xml.ts';

export interface PageTexts {
  readonly title: string;
  /** Below the picture, as they are. */
  readonly lines: Iterable<string>;
}

/** The picture runs its own script; nothing is loaded from anywhere. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const style = `
body{margin:0;font:13px/1.4 Verdana,'DejaVu Sans',sans-serif;background:#ffffff;color:#000000}
svg{display:block;max-width:100%}
pre{margin:10px;font:13px/1.35 'DejaVu Sans Mono',Consolas,monospace;white-space:pre-wrap}
@media (prefers-color-scheme:dark){body{background:#1c1e22;color:#e6e8eb}}
`;

/** An SVG document and a table as one self-contained HTML page, in chunks of text. */
export function* pictureHtml(
  svg: Iterable<string>,
  { title, lines }: PageTexts,
): Generator<string> {
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
`;
  let isFirst = true;
  for (const chunk of svg) {
    // An XML declaration is none inside of HTML.
    yield isFirst ? chunk.replace(/^<\?xml[^>]*\?>\n/, '') : chunk;
    isFirst = false;
  }
  yield '<pre>\n';
  for (const line of lines) yield `${escapeXml(line)}\n`;
  yield '</pre>\n</body>\n</html>\n';
}
