/** A prediction on one screen of a terminal. */
import type { Prediction } from "../report/prediction.ts";

/**
 * The summary that `hemacast predict` prints.
 *
 * @param reportPath where the full report is
 */
export function predictionSummary(prediction: Prediction, reportPath: string): string {
  const { hematoma, geometry, input, findings, markers, anatomy, scores } = prediction;
  const spacing = geometry.spacingMm.map((mm) => mm.toFixed(2)).join(" x ");
  const warnings = findings.filter((finding) => finding.severity === "warning");
  const lines: (readonly [string, string])[] = [
    ["Input", `${input.format}, ${input.images} images; ${geometry.size.join(" x ")} voxels of ${spacing} mm`],
    [
      "Hematoma",
      `${hematoma.volumeMl.toFixed(1)} mL (ABC/2 ${hematoma.abc2Ml.toFixed(1)} mL), ${hematoma.slices} slices, ${plural(hematoma.components, "part")}`,
    ],
    ...(markers.length > 0 ? [["Markers", markerLine(markers)] as const] : []),
    ...(anatomy ? [["Location", locationLine(anatomy)] as const] : []),
    ...(scores.length > 0 ? [["Scores", scoreLine(scores)] as const] : []),
    ...riskLines(prediction).map((text) => ["Risk", text] as const),
    ...warnings.map((finding) => ["Look at", `${finding.code}: ${finding.message}`] as const),
    ["Report", reportPath],
  ];
  const simulated = prediction.simulatedInput ? "\nThese images are SIMULATED; no patient was examined." : "";
  return `Hemacast ${prediction.software.version}. ${prediction.intendedUse}${simulated}\n\n${lines.map(([name, text]) => `${name.padEnd(10)}${text}`).join("\n")}\n`;
}

function markerLine(markers: Prediction["markers"]): string {
  const named = (state: string): string =>
    markers
      .filter((marker) => marker.state === state)
      .map((marker) => marker.id)
      .join(", ");
  const unknown = named("not-assessable");
  return `present: ${named("present") || "none"}${unknown ? `; not assessable: ${unknown}` : ""}`;
}

function locationLine({ location, side, ivhMl, edemaMl }: NonNullable<Prediction["anatomy"]>): string {
  const inVentricles = ivhMl > 0 ? `${ivhMl.toFixed(1)} mL` : "none seen";
  return `${location}, ${side}; blood in the ventricles: ${inVentricles}; edema ${edemaMl === null ? "not told" : `about ${edemaMl.toFixed(0)} mL`}`;
}

function scoreLine(scores: Prediction["scores"]): string {
  return scores.map(({ id, total, low, high }) => `${id} ${total ?? `${low} to ${high}`}`).join(", ");
}

function riskLines({ kind, reason, risks }: Prediction): string[] {
  if (kind === "abstained") {
    return [`none given: ${reason === "no-hematoma-found" ? "no hematoma found" : "outside the intended use"}`];
  }
  return risks.map(({ model, value, low, high, missing, outOfRange }) => {
    const unknown = missing.length > 0 ? `; unknown: ${missing.join(", ")} (give them with --set name=value)` : "";
    const outside = outOfRange.length > 0 ? `; outside the development range: ${outOfRange.join(", ")}` : "";
    return `${percent(value)} of expansion, range ${percent(low)} to ${percent(high)}${unknown}${outside}; ${model.name} ${model.version}, ${outcomes(model.outcomes)}`;
  });
}

function outcomes(kind: "real" | "simulated"): string {
  return kind === "real"
    ? "fitted to outcomes of real patients"
    : "trained on SIMULATED outcomes: demonstrates the method, says nothing about a patient";
}

function percent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
