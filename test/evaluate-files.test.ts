import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../src/cli/main.ts";
import { evaluateFiles } from "../src/pipeline/evaluate-predictions.ts";
import { oraclePath, sharedData } from "./support/shared-data.ts";

const folder = mkdtempSync(join(tmpdir(), "evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (thrown) => thrown.code,
  );

describe.skipIf(!sharedData)("on the reference predictions", () => {
  it("gives R's AUC, paired test and scikit-learn's AP, whatever the order of the second file", async () => {
    const oracle = JSON.parse(readFileSync(oraclePath("statistics.json"), "utf8"));
    const { y, scoreA, scoreB } = oracle.input;
    const csv = (score: number[]) => y.map((outcome: number, i: number) => `p${i},${outcome},${score[i]}`);
    const a = file("a.csv", `﻿participantId,outcome,risk\n${csv(scoreA).join("\n")}\n`);
    const b = file("b.csv", `participantId,outcome,risk\n${csv(scoreB).reverse().join("\n")}\n`);
    const report = await evaluateFiles(a, b);
    expect(report.auc.value).toBeAllClose(oracle.R.values.auc_A, { absolute: 1e-9 });
    expect(report.ap).toBeAllClose(oracle.python.values.ap_A, { absolute: 1e-9 });
    expect(report.calibration.slope).toBeAllClose(oracle.python.values.calibration_slope_A.slope, { absolute: 1e-9 });
    expect(report.comparison!.p).toBeAllClose(oracle.R.values.delong_paired.p, { absolute: 1e-9 });
  });
});

const header = "participantId,outcome,risk\n";
const rows = (n: number, from = 0) =>
  Array.from({ length: n }, (_, i) => `p${i + from},${i % 3 === 0 ? 1 : 0},${((i * 37) % 100) / 100}`).join("\n");

it("rows without an outcome are left out and counted", async () => {
  const report = await evaluateFiles(file("unknown.csv", `${header}${rows(30)}\nq1,,0.4\nq2,NA,0.9\n`));
  expect(report).toMatchObject({ n: 30, events: 10, unknownOutcome: 2 });
});

describe("refuses", () => {
  const good = file("good.csv", header + rows(30));
  it.each([
    ["a missing column", "participantId,risk\na,0.1\n", "MANIFEST_INVALID"],
    ["a repeated participant", `${header}a,0,0.1\na,1,0.2\n`, "MANIFEST_INVALID"],
    ["a risk above 1", `${header}a,0,1.1\nb,1,0.2\n`, "MANIFEST_INVALID"],
    ["a missing risk", `${header}a,0,\nb,1,0.2\n`, "MANIFEST_INVALID"],
    ["an outcome of 2", `${header}a,2,0.1\nb,1,0.2\n`, "MANIFEST_INVALID"],
    ["text as risk", `${header}a,0,high\nb,1,0.2\n`, "MANIFEST_INVALID"],
    ["rows of unequal length", `${header}a,0\n`, "MANIFEST_INVALID"],
    ["no row", header, "MANIFEST_INVALID"],
    ["one class", `${header}a,0,0.1\nb,0,0.2\n`, "METRIC_UNDEFINED"],
  ])("%s", async (name, text, code) => expect(await codeOf(evaluateFiles(file(`${name}.csv`, text)))).toBe(code));

  it("a second file of other participants or other outcomes", async () => {
    expect(await codeOf(evaluateFiles(good, file("others.csv", header + rows(30, 5))))).toBe("MANIFEST_INVALID");
    expect(await codeOf(evaluateFiles(good, file("flipped.csv", header + rows(30).replace("p0,1", "p0,0"))))).toBe(
      "MANIFEST_INVALID",
    );
  });

  it("a file that is not there, with the exit code of its family", async () => {
    expect(await main(["evaluate", join(folder, "absent.csv")])).toBe(2);
  });
});
