/** The published scores as a table: points, or their range while inputs are missing, and what was published about them. */
import { choices, names, scoreNotes } from "./clinical-messages.ts";
import { type Html, html, say } from "./html.ts";
import type { Prediction } from "./prediction.ts";
import { words } from "./prediction-messages.ts";
import { percent } from "./risk-panel.ts";

type Score = Prediction["scores"][number];

/** Nothing where no score was computed. */
export function scoreTable({ scores }: Prediction): Html {
  if (scores.length === 0) return html``;
  const heads = [words.score, words.points, words.predicts, words.unknown].map((text) => html`<th>${say(text)}</th>`);
  return html`<h2>${say(words.scores)}</h2><div class="wide"><table><tr>${heads}<th></th></tr>${scores.map(rowOf)}</table></div>
<p class="quiet">${say(words.scoresNote)}</p>`;
}

function rowOf(score: Score): Html {
  const { id, outcome, total, low, high, risk, missing, note, source } = score;
  const unknown = missing.map((name, n) => html`${n > 0 ? ", " : ""}${names[name] ? say(names[name]) : name}`);
  const published =
    risk === null ? say(words.noPublishedRisk) : risk.low === risk.high ? percent(risk.low) : rangeOf(risk);
  return html`<tr><td><strong>${names[id] ? say(names[id]) : id}</strong></td><td class="number">${total ?? `${low}\u00a0–\u00a0${high}`}</td>
<td>${say(choices[outcome] ?? { en: outcome, zh: outcome })}: ${published}</td><td>${unknown}</td>
<td class="quiet">${say({ en: note, zh: scoreNotes[id] ?? note })} ${source}</td></tr>`;
}

function rangeOf({ low, high }: NonNullable<Score["risk"]>): string {
  return `${percent(low)} – ${percent(high)}`;
}
