/** For light and dark. */
const COLOURS = `
:root { color-scheme: light dark; --text: #1c2024; --back: #fff; --soft: #5a6470; --line: #8a94a0; --panel: #f4f6f8;
  --chunks: #2f6db5; --slots: #2f9e77; --stack: #d98a1f; --budget: #c0392b; --first: #2f6db5; --second: #d98a1f; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8ec; --back: #14171a; --soft: #9aa5b1; --line: #6b7682; --panel: #1d2226;
    --chunks: #5b9be6; --slots: #4cc39a; --stack: #f0ab4a; --budget: #ff7b6b; --first: #5b9be6; --second: #f0ab4a; }
}
`;

/** A chart that stands alone, as an image in another page. */
export const ALONE = `${COLOURS}svg { color: var(--text); background: var(--back); }`;

/** The page's style: one column on a phone, two runs side by side where there is room. */
export const STYLE = `${COLOURS}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 58rem; color: var(--text); background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 0.3rem; } h3 { font-size: 1rem; margin: 0.8rem 0 0.2rem; }
p, figcaption { margin: 0.3rem 0; } figcaption, .soft { color: var(--soft); font-size: 0.9rem; }
figure { margin: 0.5rem 0; } svg { display: block; max-width: 100%; height: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0.5rem 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1.2rem; padding: 0; margin: 0.3rem 0; font-size: 0.9rem; }
.key i { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border-radius: 2px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); } th, td { padding: 0.2rem 0.6rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tbody tr:nth-child(odd) { background: var(--panel); }
summary { cursor: pointer; } .over { color: var(--budget); font-weight: bold; }
.two { display: grid; gap: 1rem; } .wide { display: none; }
@media (min-width: 56rem) { .two { grid-template-columns: 1fr 1fr; } .wide { display: block; } .narrow { display: none; } }
@media (max-width: 55.99rem) { .narrow svg, .two svg { width: 100%; } }
`;
