/** The study as a user runs it: a process, worker threads, one that is killed, and the predictions evaluated afterwards. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runHemacast } from "./support/run-hemacast.ts";
import { simulatedManifest } from "./support/simulated-table.ts";

const root = mkdtempSync(join(tmpdir(), "study-cli-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string => join(root, ...names);
const text = (...names: string[]): string => readFileSync(at(...names), "utf8");
const participants = 300;
const manifest = at("manifest.csv");
const config = at("config.json");
/** Starting a process takes minutes where the machine is busy with other work. */
const patience = 600_000;
const settings = {
  name: "simulated",
  seed: 3,
  notes: ["Simulated participants; none of this is about patients."],
  split: { kind: "repeated", folds: 2, repeats: 2 },
  models: [
    { name: "clinical", predictors: ["*"], innerFolds: 3, logistic: { lambdas: 5 }, calibration: "platt" },
    {
      name: "network",
      predictors: ["*"],
      innerFolds: 3,
      network: { hidden: [4], members: 2, steps: 25, learningRate: 0.05, patience: 3 },
    },
  ],
  evaluation: { replicates: 100, permutations: 100, subgroups: [{ column: "site" }] },
};
const study = (out: string, ...more: string[]) =>
  runHemacast("study", manifest, "--config", config, "--out", at(out), ...more);

beforeAll(async () => {
  writeFileSync(manifest, simulatedManifest(participants, 11));
  writeFileSync(config, JSON.stringify(settings));
  const { exitCode, stderr } = await study("one", "--threads", "1");
  expect(exitCode, stderr).toBe(0);
}, patience);

it(
  "gives the same files with two threads as with one, a network among the models",
  async () => {
    const { exitCode, stdout } = await study("two", "--threads", "2", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).run.threads).toBe(2);
    for (const name of ["predictions.csv", "metrics.json", "table.md"])
      expect(text("two", name)).toBe(text("one", name));
    const { models } = JSON.parse(text("one", "metrics.json"));
    // Of a scenario whose true risk has an AUC of .78 the regression finds some, and nothing finds more than there is, give or take two standard errors.
    expect(models[0].evaluation.auc.value).toBeGreaterThan(0.55);
    for (const { evaluation } of models) expect(evaluation.auc.value).toBeLessThan(0.85);
  },
  patience,
);

it(
  "goes on after kill -9 in the middle of its folds, with the same result",
  async () => {
    const program = fileURLToPath(new URL("../bin/hemacast.mjs", import.meta.url));
    const folds = at("killed", "folds");
    const done = (): number =>
      existsSync(folds) ? readdirSync(folds).filter((name) => name.endsWith(".json")).length : 0;
    const child = spawn(
      process.execPath,
      [program, "study", manifest, "--config", config, "--out", at("killed"), "--threads", "2"],
      { stdio: "ignore" },
    );
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (done() === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill("SIGKILL");
    await ended;
    const finished = done();
    expect(finished).toBeGreaterThan(0);
    expect(existsSync(at("killed", "run.json"))).toBe(false);
    expect((await study("killed", "--threads", "2")).exitCode).toBe(0);
    expect(JSON.parse(text("killed", "run.json")).folds).toEqual({ total: 4, resumed: finished });
    for (const name of ["predictions.csv", "metrics.json"]) expect(text("killed", name)).toBe(text("one", name));
  },
  patience,
);

it("sets BRAIN and BAT beside the models, with their published risk or rule", () => {
  const { scores } = JSON.parse(text("one", "metrics.json"));
  const by = Object.fromEntries(scores.map((score: { id: string }) => [score.id, score]));
  expect(by.brain).toMatchObject({ complete: participants, rule: { kind: "risk" } });
  expect(by.bat).toMatchObject({ complete: participants, rule: { kind: "total", from: 3 } });
  expect(by["nine-point"]).toBeUndefined();
  const figure = text("one", "figures", "decision-curve.svg");
  for (const label of ["BRAIN", "BAT"]) expect(figure).toContain(label);
  expect(text("one", "table.md")).toContain(`| bat | ${participants} of ${participants} | total >= 3 |`);
});

it("says how good its models are about those of whom they are surest", () => {
  const { models } = JSON.parse(text("one", "metrics.json"));
  for (const { selective, evaluation, atTunedCutoff } of models) {
    const [all, last] = [selective[0], selective.at(-1)];
    expect([all.share, all.n, last.share, last.n]).toEqual([1, participants, 0.2, participants / 5]);
    expect(all.auc).toBeAllClose(evaluation.auc.value, { absolute: 1e-12 });
    // Everybody kept: sensitivity and specificity at the folds' own cut-offs, weighted by the classes.
    const prevalence = evaluation.events / evaluation.n;
    const { sensitivity, specificity } = atTunedCutoff;
    const expected = prevalence * sensitivity.value + (1 - prevalence) * specificity.value;
    expect(all.accuracy.value).toBeAllClose(expected, { absolute: 1e-12 });
  }
  expect(text("one", "figures", "selective.svg")).toContain("准确率");
  expect(text("one", "report.html")).toContain("Selective prediction");
});

it("says whether its conformal sets hold what they promise", () => {
  const { models } = JSON.parse(text("one", "metrics.json"));
  for (const { conformal } of models) {
    const { coverage, coveredIfExpands, coveredIfNot, decides, abstains, neither } = conformal;
    expect(coverage).toBe(0.9);
    // Folds of 150, of whom some 40 expand: three standard errors.
    for (const held of [coveredIfExpands, coveredIfNot]) expect(held.value).toBeAllClose(0.9, { absolute: 0.14 });
    expect(decides + abstains + neither).toBeAllClose(1, { absolute: 1e-9 });
  }
  expect(text("one", "report.html")).toContain("保形预测集");
  expect(text("one", "table.md")).toContain("## Conformal sets");
});

it("evaluates the predictions that it left, alone and against the other model's", async () => {
  const [head, ...lines] = text("one", "predictions.csv").trim().split("\n");
  const columns = head!.split(",");
  const pick = (name: string) => [
    "participantId,outcome,risk",
    ...lines.map((line) => {
      const cells = line.split(",");
      return [cells[0], cells[1], cells[columns.indexOf(name)]].join(",");
    }),
  ];
  writeFileSync(at("network.csv"), pick("risk:network").join("\n"));
  const run = await runHemacast("evaluate", at("one", "predictions.csv"), "--compare", at("network.csv"), "--json");
  expect(run.exitCode, run.stderr).toBe(0);
  const found = JSON.parse(run.stdout);
  const { models, comparisons } = JSON.parse(text("one", "metrics.json"));
  expect(found.auc.value).toBeAllClose(models[0].evaluation.auc.value, { absolute: 1e-12 });
  expect(found.comparison.p).toBeAllClose(comparisons[0].comparison.p, { absolute: 1e-12 });
});

it("says its notes first, and the whole page in both languages", () => {
  const page = text("one", "report.html");
  expect(page.indexOf("none of this is about patients")).toBeLessThan(page.indexOf("ROC curves"));
  for (const words of ["Published scores", "已发表评分", "TRIPOD", "CLEAR", "METRICS"]) expect(page).toContain(words);
  expect(text("one", "table.md").split("\n")[2]).toBe(`- ${settings.notes[0]}`);
});
