/** Follows the reader's light or dark; long paths wrap rather than widen the page. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8d8d8, #3a3a3a); --code: light-dark(#f1f1f1, #262626); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.05rem; font-weight: normal; margin: 0; }
h3 { font-size: .85rem; margin: 1rem 0 .25rem; opacity: .75; }
code { font: .9em ui-monospace, monospace; background: var(--code); padding: .1em .3em; border-radius: .25em; }
nav ul { list-style: none; padding: 0; }
section { border-top: 1px solid var(--line); padding: 1.25rem 0; }
dl { margin: 0; }
dt { margin-top: .5rem; }
dd { margin: 0 0 0 1rem; }
`;
