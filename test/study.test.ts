import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../src/core/random.ts";
import { auroc } from "../src/evaluation/discrimination.ts";
import { evaluateFiles } from "../src/pipeline/evaluate-predictions.ts";
import { writeMask } from "../src/pipeline/nifti-files.ts";
import { runStudy } from "../src/pipeline/study.ts";
import { readStudyConfig } from "../src/pipeline/study-config.ts";
import { readStudyData } from "../src/pipeline/study-data.ts";
import { maskMl } from "../src/volume/volume.ts";
import { axialGeometry, ellipsoidMask } from "./support/phantoms.ts";

const root = mkdtempSync(join(tmpdir(), "study-"));
afterAll(() => rmSync(root, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(root, name), content);
  return join(root, name);
};

/** 90 participants, two predictors that matter, six that do not, one missing at random. */
function features(signal: number): string {
  const random = createRandom(4);
  const names = Array.from({ length: 8 }, (_, j) => `x${j}`);
  const rows = Array.from({ length: 90 }, (_, i) => {
    const y = Number(random.uniform() < 0.4);
    const values = names.map((_, j) => (random.normal() + (j < 2 ? signal * y : 0)).toFixed(4));
    if (i % 9 === 0) values[3] = "";
    return [`p${i}`, y, i % 2 ? "F" : "M", ...values].join(",");
  });
  return `participantId,outcome,sex,${names.join(",")}\n${rows.join("\n")}\n`;
}

const config = (change: Record<string, unknown> = {}) =>
  file(
    `config-${Math.abs(JSON.stringify(change).length)}.json`,
    JSON.stringify({
      name: "small",
      seed: 3,
      data: { encode: { sex: { F: 0, M: 1 } } },
      split: { kind: "repeated", folds: 3, repeats: 2 },
      models: [
        {
          name: "all",
          predictors: ["x*"],
          logistic: { alphas: [0.5], lambdas: 8 },
          innerFolds: 3,
          calibration: "platt",
        },
        { name: "noise", predictors: ["x4", "x5", "sex"], innerFolds: 3, logistic: { lambdas: 5 } },
      ],
      evaluation: { replicates: 200, permutations: 200, subgroups: [{ column: "sex" }], learningCurve: [0.5] },
      ...change,
    }),
  );

async function study(table: string, configPath: string, out: string) {
  const settings = await readStudyConfig(configPath);
  return runStudy(await readStudyData(table, settings), settings, out);
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (thrown) => thrown.code ?? String(thrown),
  );

describe("a study of a feature table", () => {
  const out = join(root, "run");
  const table = file("features.csv", features(1.4));

  it("writes every output, and the figures are those of its own predictions", async () => {
    const { metrics, run } = await study(table, config(), out);
    expect(readdirSync(out).sort()).toEqual([
      "config.json",
      "figures",
      "folds",
      "metrics.json",
      "predictions.csv",
      "report.html",
      "run.json",
      "table.md",
    ]);
    expect(run).toMatchObject({ folds: { total: 6, resumed: 0 }, counts: { analysed: 90, tested: 90 } });
    const again = await evaluateFiles(join(out, "predictions.csv"));
    expect(again.auc.value).toBeAllClose(metrics.models[0]!.evaluation.auc.value, { absolute: 1e-12 });
    expect(metrics.models[0]!.evaluation.auc.value).toBeGreaterThan(0.8);
    expect(metrics.models[1]!.evaluation.auc.value).toBeLessThan(0.65);
    expect(metrics.comparisons[0]).toMatchObject({ first: "all", second: "noise" });
    expect(metrics.comparisons[0]!.pHolm).toBeLessThan(0.01);
    expect(metrics.subgroups[0]!.groups.map((g) => g.group)).toEqual(["F", "M"]);
    expect(metrics.learningCurve[0]!.participants).toBeLessThan(60);
    const page = readFileSync(join(out, "report.html"), "utf8");
    for (const text of ["ROC curves", "ROC 曲线", "TRIPOD", "<svg"]) expect(page).toContain(text);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)|<script/);
  });

  it("lists who was drawn with a warning, and says so on the page", async () => {
    const settings = await readStudyConfig(config());
    const data = await readStudyData(file("warned.csv", features(1.2)), settings);
    const warned = [
      { participantId: "p3", codes: ["OUTSIDE_INTENDED_USE", "SKULL_OPEN"] },
      { participantId: "p7", codes: ["SKULL_OPEN"] },
    ];
    const folder = join(root, "warned");
    await runStudy({ ...data, warned }, settings, folder);
    expect(readFileSync(join(folder, "warnings.csv"), "utf8")).toBe(
      "participantId,warnings\np3,OUTSIDE_INTENDED_USE SKULL_OPEN\np7,SKULL_OPEN\n",
    );
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("OUTSIDE_INTENDED_USE 1, SKULL_OPEN 2");
    expect(readdirSync(out)).not.toContain("warnings.csv");
  });

  it("goes on where it stopped: finished folds are not run again, a missing one is, with the same result", async () => {
    const folds = readdirSync(join(out, "folds"));
    const metrics = readFileSync(join(out, "metrics.json"), "utf8");
    rmSync(join(out, "folds", folds[0] as string));
    const { run } = await study(table, config(), out);
    expect(run.folds).toEqual({ total: 6, resumed: 5 });
    expect(readFileSync(join(out, "metrics.json"), "utf8")).toBe(metrics);
  });

  it("refuses a folder with another run, or with other files", async () => {
    expect(await codeOf(study(table, config({ seed: 99 }), out))).toBe("OUTPUT_EXISTS");
    expect(await codeOf(study(table, config(), root))).toBe("OUTPUT_EXISTS");
  });
});

describe("a study of a manifest", () => {
  it("derives the outcome, counts who is left out, and shows the definitions side by side", async () => {
    const random = createRandom(8);
    const rows = Array.from({ length: 80 }, (_, i) => {
      const grows = random.uniform() < 0.35;
      const volume = 10 + 20 * random.uniform();
      const follow = i % 20 === 0 ? "," : `${(volume + (grows ? 8 : 0.5)).toFixed(2)},24`;
      return [
        `p${i}`,
        i % 2 ? "A" : "B",
        volume.toFixed(2),
        (1 + 4 * random.uniform()).toFixed(1),
        follow,
        (grows ? 8 : 10) + random.integer(5),
      ].join(",");
    });
    const header =
      "participantId,site,baselineVolumeMl,hoursFromOnset,followUpVolumeMl,followUpHoursFromBaseline,clinical.gcs";
    const manifest = file("manifest.csv", `${header}\n${rows.join("\n")}\n`);
    const models = [{ name: "clinical", predictors: ["*"], innerFolds: 3, logistic: { lambdas: 5 } }];
    const settings = config({
      models,
      data: {},
      split: { kind: "leave-one-site-out" },
      evaluation: { replicates: 200, permutations: 200 },
    });
    const out = join(root, "manifest-run");
    const { run, metrics } = await study(manifest, settings, out);
    expect(run.counts).toMatchObject({ assessed: 80, analysed: 76, tested: 76 });
    expect(metrics.models[0]!.evaluation.auc.value).toBeGreaterThan(0.6);
    const { outcomes, flow } = JSON.parse(readFileSync(join(out, "metrics.json"), "utf8"));
    expect(flow.exclusions).toEqual([{ reason: "no-scan-in-window", count: 4 }]);
    const events = Object.fromEntries(outcomes.map((o: { id: string; events: number }) => [o.id, o.events]));
    expect(events["absolute-9"]).toBe(0);
    expect(events.conventional).toBe(run.counts.events);
  });
});

it("a temporal split tests the later participants, and its column is no predictor", async () => {
  const random = createRandom(6);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const volume = 10 + 20 * random.uniform();
    return [`p${i}`, volume.toFixed(2), (volume + (i % 3 === 0 ? 8 : 0)).toFixed(2), 24, 2020 + (i % 4), 8 + (i % 7)];
  });
  const header = "participantId,baselineVolumeMl,followUpVolumeMl,followUpHoursFromBaseline,clinical.year,clinical.gcs";
  const settings = config({
    models: [{ name: "all", predictors: ["*"], innerFolds: 2 }],
    data: {},
    split: { kind: "temporal", column: "year", from: 2023 },
    evaluation: {},
  });
  const text = `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`;
  const data = await readStudyData(file("temporal.csv", text), await readStudyConfig(settings));
  expect(data.table.names).toEqual(["baselineVolumeMl", "hoursFromOnset", "gcs"]);
  expect(data.folds).toHaveLength(1);
  expect(data.folds[0]!.test).toEqual(Array.from({ length: 15 }, (_, i) => 4 * i + 3));
});

describe("masks and scans of a manifest", () => {
  const ball = (radius: number) =>
    ellipsoidMask(axialGeometry([40, 40, 20], [1, 1, 2]), {
      centerMm: [20, 20, 20],
      radiiMm: [radius, radius, radius],
    });
  const header =
    "participantId,baselineScan,baselineMask,followUpScan,followUpMask,followUpHoursFromBaseline,clinical.gcs";
  const settings = config({
    data: {},
    models: [{ name: "v", predictors: ["baselineVolumeMl"], innerFolds: 2 }],
    split: { kind: "repeated", folds: 2 },
    evaluation: {},
  });

  it("measures the masks that it names", async () => {
    await writeMask(join(root, "small.nii.gz"), ball(8));
    await writeMask(join(root, "large.nii.gz"), ball(12));
    const rows = Array.from(
      { length: 8 },
      (_, i) => `p${i},b${i},small.nii.gz,f${i},${i % 2 ? "large" : "small"}.nii.gz,24,14`,
    );
    const data = await readStudyData(
      file("masks.csv", `${header}\n${rows.join("\n")}\n`),
      await readStudyConfig(settings),
    );
    expect([...data.table.outcome]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(data.table.values[0]).toBeAllClose(maskMl(ball(8)), { relative: 1e-6 });
  });

  it("refuses a scan that two participants share across a split", async () => {
    const rows = Array.from(
      { length: 8 },
      (_, i) => `p${i},${i < 6 ? "same" : `b${i}`},small.nii.gz,f${i},${i % 2 ? "large" : "small"}.nii.gz,24,14`,
    );
    expect(
      await codeOf(study(file("shared.csv", `${header}\n${rows.join("\n")}\n`), settings, join(root, "shared"))),
    ).toBe("SPLIT_LEAKS");
  });
});

describe("refuses", () => {
  const table = file("again.csv", features(1));
  it.each([
    ["an unknown key", { surprise: 1 }],
    [
      "two models of one name",
      {
        models: [
          { name: "a", predictors: ["*"] },
          { name: "a", predictors: ["*"] },
        ],
      },
    ],
    ["a predictor that is not there", { models: [{ name: "a", predictors: ["volume"] }] }],
  ])("%s in the configuration", async (name, change) =>
    expect(await codeOf(study(table, config(change), join(root, name)))).toBe("CONFIG_INVALID"),
  );

  it("a predictor that is the outcome, before anything is fitted", async () => {
    const leaking = features(1)
      .replaceAll(/^(p\d+),(\d),(.*)$/gm, "$1,$2,$3,$2.5")
      .replace("x7\n", "x7,texture\n");
    const out = join(root, "leak");
    expect(await codeOf(study(file("leak.csv", leaking), config(), out))).toBe("SPLIT_LEAKS");
    expect(() => readdirSync(out)).toThrow();
  });

  it("a split by slice that the data bring along", async () => {
    const text = features(1)
      .replace("sex", "side")
      .replaceAll(/^p(\d+),/gm, (_, i) => `p${Math.floor(Number(i) / 2)},`);
    const settings = config({
      data: {},
      split: { kind: "given", column: "side", test: ["F"] },
      models: [{ name: "a", predictors: ["x*"] }],
      evaluation: {},
    });
    expect(await codeOf(study(file("slices.csv", text), settings, join(root, "slices")))).toBe("SPLIT_LEAKS");
  });
});

describe("the published mistake, re-created", () => {
  const [n, p] = [100, 1000];
  const random = createRandom(17);
  const outcome = Uint8Array.from({ length: n }, (_, i) => Number(i % 3 === 0));
  const values = Array.from({ length: n }, () => Float64Array.from({ length: p }, () => random.normal()));
  const strength = (j: number, rows: readonly number[]) => {
    const of = (y: number) => rows.filter((i) => outcome[i] === y).map((i) => values[i]![j]!);
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    return Math.abs(mean(of(1)) - mean(of(0)));
  };
  const best = (rows: readonly number[]) =>
    Array.from({ length: p }, (_, j) => j)
      .sort((a, b) => strength(b, rows) - strength(a, rows))
      .slice(0, 10);
  const everybody = Array.from(outcome, (_, i) => i);

  it("scaling and label-aware selection on everybody make noise predict; inside the folds it does not, and the guard refuses the first", async () => {
    const { applyFold, repeatedFolds } = await import("../src/cohort/splits.ts");
    const { findLeaks, findTableLeaks, requireNoLeaks } = await import("../src/cohort/leakage.ts");
    const { modelConfig } = await import("../src/expansion/learner-config.ts");
    const { fitLogisticModel } = await import("../src/expansion/logistic-learner.ts");
    const tableOf = (columns: readonly number[], scale: boolean) => {
      const moments = columns.map((j) => {
        const list = values.map((row) => row[j]!);
        const mean = list.reduce((a, b) => a + b, 0) / n;
        return { mean, sd: Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / n) };
      });
      const cells = values.flatMap((row) =>
        columns.map((j, k) => (scale ? (row[j]! - moments[k]!.mean) / moments[k]!.sd : row[j]!)),
      );
      return {
        participantIds: everybody.map((i) => `p${i}`),
        names: columns.map((j) => `noise${j}`),
        values: Float64Array.from(cells),
        outcome,
        sites: null,
      };
    };
    const folds = repeatedFolds(
      { participantIds: everybody.map((i) => `p${i}`), outcome, sites: null },
      { folds: 5, repeats: 1, seed: 5 },
    );
    const config = modelConfig({
      name: "ten of a thousand",
      predictors: ["*"],
      logistic: { fixedC: 0.1 },
      cutoff: { rule: "fixed", at: 0.3 },
    });
    const run = (choose: (rows: readonly number[]) => number[], scale: boolean) => {
      const risk = new Float64Array(n);
      for (const fold of folds) {
        const { training, test } = applyFold(tableOf(choose(fold.training), scale), fold);
        const found = fitLogisticModel(training, config, createRandom(1)).risk(test);
        for (const [i, row] of fold.test.entries()) risk[row] = found[i]!;
      }
      return auroc(outcome, risk);
    };
    const [inflated, honest] = [run(() => best(everybody), true), run(best, false)];
    expect(inflated).toBeGreaterThan(0.8);
    expect(honest).toBeLessThan(0.62);
    const leaked = tableOf(best(everybody), true);
    const fits = [{ what: "selection of 10 predictors by the outcome", fittedOn: leaked.participantIds }];
    expect(() => requireNoLeaks(findLeaks(leaked, folds[0]!, { fits }))).toThrowCode("SPLIT_LEAKS");
    expect(findTableLeaks(leaked).map((leak) => leak.code)).toEqual(["standardised-before-split"]);
  });
});
