/** The page's style. Colours keep a contrast of 4.5 to 1 for text in both themes, and 3 to 1 for marks. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --panel: #f4f6f8; --text: #1c2430; --quiet: #4d5866; --rule: #c5ccd4;
  --sidecar: #b3401f; --control: #2f6fa8; --timeout: #7b2d8b; --limit: #3c6e2f; --void: #6b7280; --link: #0b57a4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12171e; --panel: #1b222c; --text: #e6eaf0; --quiet: #aab4c0; --rule: #3c4653;
    --sidecar: #f08a63; --control: #7db4e6; --timeout: #d59be3; --limit: #9ccf8b; --void: #9aa3af; --link: #8ec1f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main, header, nav { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1rem; font-weight: 600; color: var(--quiet); margin: 0; }
.answer { font-size: 1.5rem; line-height: 1.3; font-weight: 600; margin: .5rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .5rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p, li, h3, .answer, summary { overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--back); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 1rem 0 0; padding: 0; }
.scroll { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
.wide { min-width: 46rem; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--rule); min-width: 4rem; }
table:not(.wide) td { overflow-wrap: anywhere; min-width: 5.5rem; }
thead th { background: var(--panel); }
tbody th { font-weight: 600; }
figure { margin: 1rem 0 1.5rem; }
figcaption { font-weight: 600; overflow-wrap: anywhere; }
.plot { margin: .5rem 0; padding: .5rem .75rem; background: var(--panel); overflow: hidden; }
.about { color: var(--quiet); font-size: .9rem; margin: .25rem 0; }
pre { margin: 0; padding: .75rem; background: var(--panel); font: .8rem/1.45 ui-monospace, monospace; tab-size: 2; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--link); }
.chart { display: block; overflow: visible; font: .8rem system-ui, sans-serif; }
.chart text { fill: var(--text); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
@media (max-width: 30rem) { .chart { font-size: .7rem; } }
.chart .tick { fill: var(--quiet); }
.grid { stroke: var(--rule); stroke-width: 1; }
.bar { shape-rendering: crispEdges; }
.bar.withSidecar, .bar.real { fill: var(--sidecar); }
.bar.withoutSidecar { fill: var(--control); }
.bar.lapsed { fill: var(--timeout); }
.bar.void { fill: none; stroke: var(--void); stroke-dasharray: 4 3; }
.end.withSidecar, .end.real { fill: var(--sidecar); }
.end.withoutSidecar { fill: var(--control); }
.end.lapsed { fill: var(--timeout); }
.end.void { fill: none; stroke: var(--void); stroke-width: 2; }
.timeout { stroke: var(--timeout); stroke-width: 2; }
.limit { stroke: var(--limit); stroke-width: 2; stroke-dasharray: 6 4; }
.chart .timeout-label { fill: var(--timeout); }
.chart .limit-label { fill: var(--limit); }
.last-byte { stroke: var(--text); stroke-width: 2; }
@media print {
  :root {
    --back: #ffffff; --panel: #ffffff; --text: #000000; --quiet: #333333; --rule: #999999;
    --sidecar: #b3401f; --control: #2f6fa8; --timeout: #7b2d8b; --limit: #3c6e2f; --void: #6b7280; --link: #000000;
  }
  body { font-size: 10pt; }
  nav, .skip { display: none; }
  figure, tr { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  .scroll { overflow: visible; }
  .wide { min-width: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
`;
