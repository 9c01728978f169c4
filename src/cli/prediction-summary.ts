/** A prediction on one screen of a terminal. */
import type { Prediction } from "../report/prediction.ts";

/**
 * The summary that `hemacast predict` prints.
 *
 * @param reportPath where the full report is
 */
export function predictionSummary(prediction: Prediction, reportPath: string): string {
  const { hematoma, geometry, input, findings, markers } = prediction;
  const spacing = geometry.spacingMm.map((mm) => mm.toFixed(2)).join(" x ");
  const warnings = findings.filter((finding) => finding.severity === "warning");
  const lines: (readonly [string, string])[] = [
    ["Input", `${input.format}, ${input.images} images; ${geometry.size.join(" x ")} voxels of ${spacing} mm`],
    [
      "Hematoma",
      `${hematoma.volumeMl.toFixed(1)} mL (ABC/2 ${hematoma.abc2Ml.toFixed(1)} mL), ${hematoma.slices} slices, ${plural(hematoma.components, "part")}`,
    ],
    ...(markers.length > 0 ? [["Markers", markerLine(markers)] as const] : []),
    ["Risk", riskLine(prediction)],
    ...(prediction.model
      ? [
          [
            "Model",
            `${prediction.model.name} ${prediction.model.version}, ${outcomes(prediction.model.outcomes)}`,
          ] as const,
        ]
      : []),
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

function riskLine({ risk, reason }: Prediction): string {
  if (!risk) return `none given: ${reason === "no-hematoma-found" ? "no hematoma found" : "outside the intended use"}`;
  const unknown =
    risk.missing.length > 0 ? `; unknown: ${risk.missing.join(", ")} (give them with --set name=value)` : "";
  const outside = risk.outOfRange.length > 0 ? `; outside the development range: ${risk.outOfRange.join(", ")}` : "";
  return `${percent(risk.value)} of expansion, range ${percent(risk.low)} to ${percent(risk.high)}${unknown}${outside}`;
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
