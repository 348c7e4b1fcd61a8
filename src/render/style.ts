/**
 * Colours that depend on the reader's dark mode, and what only pointers see. Everything else is an
 * attribute, so that viewers without CSS show the same picture. Holds no `<` and no `&`.
 */
export const style = `
.memstacks .f text{pointer-events:none}
.memstacks tspan{fill:#333333}
.memstacks .f:hover rect{stroke:#000000}
.memstacks .live{cursor:pointer}
.memstacks .below{opacity:.65}
.memstacks .hit rect{fill:#f070f0}
.memstacks .f.off{visibility:hidden}
.memstacks .entry.off{opacity:.35}
.memstacks .field{fill:#ffffff;stroke:#8a9099}
.memstacks .typing .field{stroke:#0a66c2;stroke-width:2}
.memstacks .wrong .field{stroke:#d00020;stroke-width:2}
.memstacks .hint{fill:#6b7078}
.memstacks .button{fill:#eceef1;stroke:#8a9099}
.memstacks .pressed .button{fill:#b9d7f5;stroke:#0a66c2}
.memstacks .controls g:focus{outline:none}
.memstacks .controls g:focus-visible .button{stroke:#0a66c2;stroke-width:2}
.memstacks .caret{stroke:#0a66c2}
@media (prefers-color-scheme:dark){
.memstacks .paper{fill:#1c1e22}
.memstacks text{fill:#e6e8eb}
.memstacks .f text{fill:#000000}
.memstacks .note{fill:#b4bac2}
.memstacks .warning{fill:#ff8f8a}
.memstacks .f:hover rect{stroke:#ffffff}
.memstacks .field{fill:#2a2d33}
.memstacks .button{fill:#353941}
.memstacks .pressed .button{fill:#1f4d7d}
.memstacks .hint{fill:#a9afb8}
}
`;
