import { expect, it } from "vitest";
import { html, page, say, trusted } from "./html.ts";

it("escapes text from outside in every position, and never twice", () => {
  const hostile = `<img src=x onerror="alert('1')">&`;
  const once = html`<td title="${hostile}">${hostile}</td>`;
  expect(once.html).not.toMatch(/<img/);
  expect(once.html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
  expect(html`<tr>${once}</tr>`.html).toBe(`<tr>${once.html}</tr>`);
});

it("joins lists and keeps markup of our own", () => {
  expect(html`<ul>${["a", "<"].map((x) => html`<li>${x}</li>`)}</ul>${trusted("<hr>")}`.html).toBe(
    "<ul><li>a</li><li>&lt;</li></ul><hr>",
  );
});

it("makes a page that loads nothing and runs nothing", () => {
  const text = page("Report", html`<h1>${say({ en: "Report", zh: "报告" })}</h1>`);
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  expect(text).toContain("报告");
});
