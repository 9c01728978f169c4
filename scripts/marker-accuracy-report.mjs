/**
 * Writes docs/results/marker-accuracy.md and its figure from the JSON of `scripts/marker-accuracy.mjs`.
 *
 *   node scripts/build.mjs && node scripts/marker-accuracy-report.mjs docs/results/marker-accuracy.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { wilsonInterval } from "../dist/evaluation/intervals.js";

const [path] = process.argv.slice(2);
if (!path) {
  console.error("usage: node scripts/marker-accuracy-report.mjs RESULT.json");
  process.exit(2);
}
const { run, counts, smooth, unread, neither, strengths, curve, wrong } = JSON.parse(readFileSync(path, "utf8"));

const share = (hits, all) => {
  if (all === 0) return "–";
  const { low, high } = wilsonInterval(hits, all);
  return `${(hits / all).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}), ${hits}/${all}`;
};
const rows = Object.keys(counts["5 mm"]).map((sign) => {
  const cells = Object.values(counts).flatMap(({ [sign]: c }) => [
    share(c.hit, c.hit + c.missed),
    share(c.clear, c.clear + c.false),
  ]);
  return `| ${sign} | ${cells.join(" | ")} |`;
});
/** What the markers are asked to reach, as a share, in both slice thicknesses. */
const GOAL = 0.95;
const missedGoals = Object.entries(counts).flatMap(([slices, of]) =>
  Object.entries(of).flatMap(([sign, c]) => [
    ...(c.hit / (c.hit + c.missed) < GOAL ? [`sensitivity of ${sign} at ${slices}`] : []),
    ...(c.clear / (c.clear + c.false) < GOAL ? [`specificity of ${sign} at ${slices}`] : []),
  ]),
);
const goals =
  missedGoals.length === 0
    ? `Every share is at least ${GOAL}, as was asked.`
    : `At least ${GOAL} was asked; below it: ${missedGoals.join(", ")}.`;
const leftOut = Object.entries(neither)
  .map(([slices, of]) => {
    const named = Object.entries(of).filter(([, count]) => count > 0);
    const unjudged = unread[slices] > 0 ? `, ${unread[slices]} answers not assessable` : "";
    return `${slices}: ${named.map(([sign, count]) => `${sign} ${count}`).join(", ")}${unjudged}`;
  })
  .join("; ");
const smoothLines = Object.entries(smooth).map(
  ([slices, { clots, fired }]) => `${slices}: ${clots} clots, ${fired.length === 0 ? "none fired" : fired.join(", ")}`,
);
const curveRows = curve.map(
  ({ sign, slices, clots, share: found }) =>
    `| ${sign}, ${slices} (${clots} clots) | ${found.map((s) => s.toFixed(2)).join(" | ")} |`,
);
const wrongLines = wrong.map(
  (w) =>
    `| ${w.seed}, case ${w.case} | ${w.asked.join(" + ") || "none"} | ${w.slices} | ${w.sign} | ${w.present ? "false" : "missed"} |`,
);
const thresholds = Object.entries(run.thresholdHu)
  .map(([sign, hu]) => `${sign} ${hu} HU`)
  .join(", ");
const text = `# How well the markers read inserted signs

Simulated heads on seeds that nothing was set on (${run.firstSeed} on), bled into with signs of ${run.strong} to ${run.strong + 0.5} times their thresholds, seen in slices
of 5 mm (noise 3.6 HU) and of 1 mm (8 HU), read on the true mask. A sign counts as there when its signal is at least ${run.strong} times the threshold
(${thresholds}), and as not there below the threshold / ${run.margin};
what lies between is neither. Definitions overlap and the truth follows them: a layer is a part beside a part, an enclosed zone of any kind is a
hypodensity, and a swirl when it runs on over 12 mm (not below 6 mm, neither between). A satellite is separate on at least one section: a lobule of the
main clot that stands apart on one section and joins it on another is neither, nor is a crumb that the simulator left apart unasked. In brackets 95 % Wilson intervals; hematomas of one head are not
independent, so the intervals are a little too narrow.

| sign | sensitivity, 5 mm | specificity, 5 mm | sensitivity, 1 mm | specificity, 1 mm |
|---|---|---|---|---|
${rows.join("\n")}

${goals} Neither there nor not there, and so left out: ${leftOut}.

Homogeneous smooth clots (no texture, no lobes; also heterogeneous density was read): ${smoothLines.join("; ")}.

## By strength

Share of clots in which a sign is found when its difference in HU is so many times the threshold; the same clots at every strength.

| sign | ${strengths.join(" | ")} |
|---|${strengths.map(() => "---").join("|")}|
${curveRows.join("\n")}

![share found by strength](marker-accuracy.svg)

## What went wrong

| head | inserted | slices | sign | |
|---|---|---|---|---|
${wrongLines.join("\n")}

${run.heads} heads with 14 hematomas each. Made by \`scripts/marker-accuracy.mjs\` (figures in \`marker-accuracy.json\`) and \`scripts/marker-accuracy-report.mjs\`.
`;
writeFileSync(new URL("../docs/results/marker-accuracy.md", import.meta.url), text);
writeFileSync(new URL("../docs/results/marker-accuracy.svg", import.meta.url), figure());

/** One panel for each slice thickness, one line for each sign. */
function figure() {
  const colors = ["#0b5cad", "#c2410c", "#15803d", "#7c3aed", "#8a4b00"];
  const signs = [...new Set(curve.map(({ sign }) => sign))];
  const panels = [...new Set(curve.map(({ slices }) => slices))];
  const [width, height] = [300, 200];
  const x = (strength) => (strength / 2) * width;
  const y = (found) => height * (1 - found);
  const drawn = panels.map((slices, p) => {
    const lines = curve
      .filter((line) => line.slices === slices)
      .map(({ sign, share: found }) => {
        const points = strengths.map(
          (s, i) => `${x(s).toFixed(1)},${(y(found[i]) + 1.5 * signs.indexOf(sign)).toFixed(1)}`,
        );
        return `<polyline points="${points.join(" ")}" fill="none" stroke="${colors[signs.indexOf(sign)]}" stroke-width="2"/>`;
      });
    const ticks = strengths.map(
      (s) =>
        `<text x="${x(s)}" y="${height + 16}" text-anchor="middle" font-size="10">${String(s).replace("0.", ".")}</text>`,
    );
    return `<g transform="translate(${40 + p * (width + 50)} 30)"><text x="0" y="-10" font-weight="600">${slices}</text><rect width="${width}" height="${height}" fill="none" stroke="#d8dee6"/><line x1="${x(1)}" x2="${x(1)}" y1="0" y2="${height}" stroke="#5d6b7a" stroke-dasharray="3 3"/>${lines.join("")}${ticks.join("")}<text x="-6" y="4" text-anchor="end">1</text><text x="-6" y="${height}" text-anchor="end">0</text></g>`;
  });
  const legend = signs.map(
    (sign, n) => `<text x="${40 + n * 130}" y="290" fill="${colors[n]}" font-weight="600">${sign}</text>`,
  );
  const title = `<text x="40" y="268">difference in HU / threshold; share of clots found</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="share of clots in which each sign is found, by strength"><rect width="720" height="300" fill="#fff"/>${drawn.join("")}${title}${legend.join("")}</svg>\n`;
}
