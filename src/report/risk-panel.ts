/** What each risk model says: those fitted to real outcomes in one panel, image models in another, never mixed. */
import type { CtVolume, Mask } from "../volume/volume.ts";
import { choices, names } from "./clinical-messages.ts";
import { contributionFigures } from "./contribution-maps.ts";
import { type Html, html, say, type Text } from "./html.ts";
import type { Prediction } from "./prediction.ts";
import { words } from "./prediction-messages.ts";
import { predictorName } from "./predictor-messages.ts";

type Risk = Prediction["risks"][number];

/** Both panels, where the image models' risks come from, or why there is no risk. */
export function riskPanels({ kind, reason, risks }: Prediction, volume: CtVolume, mask: Mask): Html {
  if (kind === "abstained") {
    return html`<section class="panel"><h2>${say(words.noRisk)}</h2><p>${reason ? say(words[reason]) : ""}</p></section>`;
  }
  const real = risks.filter(({ model }) => model.basis === "measurements");
  const image = risks.filter(({ model }) => model.basis === "images");
  return html`<h2>${say(words.risk)}</h2><div class="columns">
${panel(words.realPanel, words.realPanelNote, real, words.noRealModel)}
${panel(words.imagePanel, words.imagePanelNote, image, words.noImageModel)}</div>
${image.map((risk) => contributionFigures(risk.image?.maps ?? [], volume, mask))}`;
}

function panel(title: Text, note: Text, risks: readonly Risk[], none: Text): Html {
  const body =
    risks.length > 0 ? html`<p class="quiet">${say(note)}</p>${risks.map(riskOf)}` : html`<p>${say(none)}</p>`;
  return html`<section class="panel"><h2>${say(title)}</h2>${body}</section>`;
}

function riskOf(risk: Risk): Html {
  const { model, value, low, high, missing, image } = risk;
  return html`<div class="risk"><h3>${model.name} <span class="quiet">${model.version}, ${say(model.outcomes === "real" ? words.realOutcomes : words.simulatedOutcomes)}</span></h3>
<p class="figure"><strong>${percent(value)}</strong> <span class="quiet">${say(words.interval)} ${percent(low)} – ${percent(high)}</span></p>
${riskBar(value, low, high)}
${missing.length > 0 ? html`<p>${say(image ? words.filledNotice : words.missingNotice)}</p>` : ""}
${inputsOf(risk)}${beliefOf(risk)}<p class="quiet">${model.summary}. ${risk.definition}</p></div>`;
}

/** How far to believe an image model: what it cannot exclude, what is unusual, what moved the risk, and what would be without a sign. */
function beliefOf({ image, model }: Risk): Html {
  if (!image) return html``;
  const { conformalSet, coverage, unusual, contributions, strongest, without } = image;
  const verdict =
    conformalSet.length === 2
      ? words.conformalBoth
      : conformalSet.length === 0
        ? words.conformalNone
        : conformalSet[0] === "expands"
          ? words.conformalExpands
          : words.conformalNot;
  const parts = contributions.map(({ block, logOdds }) => contributionRow(block, logOdds));
  const most = strongest.map(({ predictor, logOdds }) => contributionRow(predictor, logOdds));
  // Nothing that outcomes of a simulation exclude is excluded in a patient.
  const among = model.outcomes === "simulated" ? html`${say(words.amongSimulated)}: ` : "";
  return html`<p><strong>${among}${say(verdict)}</strong> <span class="quiet">(${percent(coverage)})</span></p>
${unusual.length > 0 ? html`<p class="notice">${say(words.unusual)}: ${unusual.join(", ")}</p>` : ""}
<table><thead><tr><th>${say(words.contribution)}</th><th></th></tr></thead>${parts}
${most.length > 0 ? html`<tr><td colspan="2" class="quiet">${say(words.strongest)}</td></tr>${most}` : ""}</table>
${nearestOf(image.nearest)}${without.map(({ predictor, risk }) => html`<p>${say(words.without)} ${say(predictorName(predictor))}: ${percent(risk)}</p>`)}`;
}

function contributionRow(name: string, logOdds: number): Html {
  return html`<tr><td>${say(predictorName(name))}</td><td class="number">${logOdds >= 0 ? "+" : "−"}${Math.abs(logOdds).toFixed(2)}</td></tr>`;
}

function nearestOf(nearest: NonNullable<Risk["image"]>["nearest"]): Html {
  if (nearest.length === 0) return html``;
  const rows = nearest.map(
    ({ id, expanded, distance }) =>
      html`<tr><td>${id}</td><td>${say(expanded ? words.expanded : words.notExpanded)}</td><td class="number">${distance.toFixed(1)}</td></tr>`,
  );
  return html`<table><thead><tr><th colspan="2">${say(words.nearest)}</th><th>${say(words.distance)}</th></tr></thead>${rows}</table><p class="quiet">${say(words.nearestNote)}</p>`;
}

/** A few inputs stand in a table; many, as of shape models, behind a switch. */
function inputsOf({ inputs, outOfRange }: Risk): Html {
  const rows = Object.entries(inputs).map(([name, value]) => {
    const remark = value === null ? say(words.missing) : outOfRange.includes(name) ? say(words.outOfRange) : "";
    const label = names[name] ? say(names[name]) : name;
    return html`<tr><td>${label}</td><td class="number">${value === null ? "" : value.toFixed(2)}</td><td>${remark}</td></tr>`;
  });
  const table = html`<table>${rows}</table>`;
  if (rows.length <= 6) return table;
  return html`<details><summary>${say(words.inputs)} (${rows.length})</summary>${table}</details>`;
}

function riskBar(value: number, low: number, high: number): Html {
  const x = (risk: number): string => (risk * 300).toFixed(1);
  const width = (Math.max(high - low, 0.004) * 300).toFixed(1);
  return html`<svg viewBox="-16 0 334 34" width="334" role="img" aria-label="${percent(value)} (${percent(low)} – ${percent(high)})">
<rect x="0" y="6" width="300" height="8" fill="#d8dee6"/><rect x="${x(low)}" y="6" width="${width}" height="8" fill="#7fb2e5"/>
<rect x="${(value * 300 - 1.5).toFixed(1)}" y="2" width="3" height="16" fill="#0b5cad"/>
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<text x="${x(tick)}" y="30" font-size="10" text-anchor="middle" fill="#5d6b7a">${percent(tick)}</text>`)}</svg>`;
}

/** What was typed in about the patient. */
export function clinicalLine({ clinical }: Prediction): Html {
  const entries = Object.entries(clinical);
  if (entries.length === 0) return html``;
  const items = entries.map(([name, value]) => {
    const word = choices[String(value)];
    return html`<li>${names[name] ? say(names[name]) : name}: ${word ? say(word) : String(value)}</li>`;
  });
  return html`<p class="quiet">${say(words.clinical)}:</p><ul class="line quiet">${items}</ul>`;
}

/** A fraction as whole per cent, on one line. */
export function percent(fraction: number): string {
  return `${Math.round(100 * fraction)}\u00a0%`;
}
