/** Building a self-contained page: a template tag that escapes everything, text in two languages, and the frame that all reports share. */

/** A piece of HTML that is safe to insert as it is. */
export interface Html {
  readonly html: string;
}

/** What the template tag accepts between the braces. */
export type HtmlPart = Html | string | number | readonly HtmlPart[];

/** A text in English and Simplified Chinese. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/**
 * Template tag: strings and numbers are escaped, Html is inserted, lists are joined.
 *
 * @example html`<b>${"a < b"}</b>`.html // => "<b>a &lt; b</b>"
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return { html: strings.reduce((text, piece, i) => text + render(parts[i - 1] ?? "") + piece) };
}

/**
 * Markup that we made ourselves and that is already safe, e.g. an SVG figure.
 *
 * @example trusted("<svg/>").html // => "<svg/>"
 */
export function trusted(markup: string): Html {
  return { html: markup };
}

/**
 * Both languages, of which the page shows the chosen one.
 *
 * @example say({ en: "Volume", zh: "体积" }).html // => "<span lang=\"en\">Volume</span><span lang=\"zh-CN\">体积</span>"
 */
export function say(text: Text): Html {
  return html`<span lang="en">${text.en}</span><span lang="zh-CN">${text.zh}</span>`;
}

/**
 * A whole page that needs nothing else: style inside, no script, language chosen by a switch that works without one, printable.
 *
 * @param title plain text for the tab; never an identifier of a person
 */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title><style>${trusted(style)}</style></head>
<body><form class="languages"><label><input type="radio" name="language" id="choose-en" checked> English</label>
<label><input type="radio" name="language" id="choose-zh"> 简体中文</label></form><main>${body}</main></body></html>
`.html;
}

function render(part: HtmlPart): string {
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(render).join("");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const style = `
:root { color-scheme: light; --ink: #1b2430; --quiet: #5d6b7a; --line: #d8dee6; --panel: #f5f7f9; --accent: #0b5cad; --warn: #8a4b00; --warn-bg: #fff4e0; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: var(--ink); background: #fff; }
main { max-width: 1080px; margin: 0 auto; padding: 0 20px 40px; }
.languages { max-width: 1080px; margin: 0 auto; padding: 10px 20px 0; text-align: right; font-size: 13px; color: var(--quiet); }
body:not(:has(#choose-zh:checked)) [lang="zh-CN"] { display: none; }
body:has(#choose-zh:checked) [lang="en"]:not(html) { display: none; }
h1 { font-size: 24px; margin: 4px 0 2px; } h2 { font-size: 17px; margin: 28px 0 8px; } h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 6px 0; } .quiet { color: var(--quiet); font-size: 13px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; }
.notice { border-left: 4px solid var(--warn); background: var(--warn-bg); padding: 8px 12px; margin: 10px 0; }
section.panel > h2:first-child { margin-top: 4px; } .columns + .columns { margin-top: 16px; } .columns { margin-top: 12px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; align-items: start; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px; align-items: start; }
.card { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: 6px; } .card.present { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.card svg { display: block; width: 100%; } .card figcaption { color: var(--ink); padding-top: 4px; } .card table { width: 100%; } .card td { padding-right: 4px; font-size: 12px; }
.card.present .state { color: var(--accent); font-weight: 600; } .card.not-assessable { background: var(--panel); }
.figure { font-size: 26px; margin: 0; } .risk + .risk { border-top: 1px solid var(--line); margin-top: 10px; } .wide { overflow-x: auto; } summary { cursor: pointer; }
ul.line { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 16px; }
figure { margin: 8px 0; } figcaption { font-size: 12px; color: var(--quiet); } svg, img { max-width: 100%; height: auto; }
.slices { display: grid; gap: 6px; } .slices.large { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); } .slices.small { grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); }
@media (max-width: 480px) { .cards { grid-template-columns: 1fr 1fr; } .slices.small { grid-template-columns: repeat(3, 1fr); } }
@media print { .languages, details > summary { display: none; } main { max-width: none; padding: 0; } body { font-size: 9.5px; } h1 { font-size: 17px; } h2 { font-size: 12px; margin: 10px 0 3px; break-after: avoid; } h3 { font-size: 11px; margin: 6px 0 2px; }
p { margin: 2px 0; } .figure { font-size: 16px; } .quiet { font-size: 8.5px; } th, td { padding: 1px 8px 1px 0; } .panel { padding: 5px 9px; } .columns { grid-template-columns: 1fr 1fr; gap: 8px; margin-top: 6px; }
figure { margin: 0; break-inside: avoid; } table, .risk { break-inside: avoid; } figcaption { font-size: 8px; } .cards { grid-template-columns: repeat(5, 1fr); gap: 5px; }
.card { padding: 3px; } .card svg { max-height: 27mm; } .card td { font-size: 7.5px; padding: 0 2px 0 0; } .slices { gap: 3px; } .slices.large { grid-template-columns: repeat(6, 1fr); } .slices.small { grid-template-columns: repeat(12, 1fr); } .slices.small svg { display: block; } }
`;
