/** A study on scans that is killed again and again, wherever it is, and still comes to what it would have come to. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { writeClotCohort } from "./support/clot-cohort.ts";
import { runHemacast } from "./support/run-hemacast.ts";

const root = mkdtempSync(join(tmpdir(), "study-killed-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string => join(root, ...names);
const config = at("config.json");
/** Seven processes with networks to load; each takes minutes where the machine is busy with other work. */
const patience = 1_200_000;
const settings = {
  name: "killed",
  blocks: { cnn: [{ backbone: "inception-v3", taps: ["mixed0"], images: { pixels: 75, slices: "largest" } }] },
  split: { kind: "repeated", folds: 2 },
  models: [
    {
      name: "both",
      predictors: ["*"],
      lateFusion: [["shape.*"], ["inception-v3.*"]],
      innerFolds: 2,
      reduce: [{ predictors: ["inception-v3.*"], components: 3 }],
    },
  ],
  evaluation: { replicates: 100, permutations: 100 },
  bundle: { model: "both", members: 100 },
};
const study = (out: string, threads: string): string[] => {
  return ["study", at("manifest.csv"), "--config", config, "--out", at(out), "--threads", threads];
};
const count = (folder: string, ending: string): number =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)).length : 0;

/** Starts the study, and kills it as soon as it is where it should be. */
async function killWhen(isThere: () => boolean): Promise<void> {
  const program = fileURLToPath(new URL("../bin/hemacast.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, ...study("killed", "2")], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  while (!isThere() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
}

it(
  "goes on after kill -9 while drawing, measuring, in its folds and while fitting the bundle, with the same bytes in the end",
  async () => {
    await writeClotCohort(root, 14);
    writeFileSync(config, JSON.stringify(settings));
    const whole = await runHemacast(...study("whole", "1"));
    expect(whole.exitCode, whole.stderr).toBe(0);
    const measured = at("killed", "measured");
    await killWhen(() => count(measured, ".nii.gz") > 0);
    await killWhen(() => count(measured, ".f64") > 6);
    expect(count(measured, ".f64")).toBeLessThan(28);
    await killWhen(() => count(at("killed", "folds"), ".json") > 0);
    expect(existsSync(at("killed", "run.json"))).toBe(false);
    await killWhen(() => existsSync(at("killed", "run.json")));
    expect(existsSync(at("killed", "bundle"))).toBe(false);
    const last = await runHemacast(...study("killed", "2"));
    expect(last.exitCode, last.stderr).toBe(0);
    expect(last.stderr).toContain("fit bundle");
    const bundle = readdirSync(at("whole", "bundle")).map((name) => join("bundle", name));
    expect(bundle).toHaveLength(5);
    for (const name of ["predictions.csv", "metrics.json", "table.md", ...bundle]) {
      expect(readFileSync(at("killed", name)).equals(readFileSync(at("whole", name))), name).toBe(true);
    }
  },
  patience,
);

it(
  "takes up a folder in which nothing but an unfinished file was left, and none with anything else",
  async () => {
    for (const name of ["unfinished", "foreign"]) mkdirSync(at(name));
    writeFileSync(at("unfinished", ".config.json.0a1b2c3d.part"), "{");
    writeFileSync(at("foreign", "notes.txt"), "mine");
    writeFileSync(
      at("table.csv"),
      `participantId,outcome,a\n${Array.from({ length: 30 }, (_, i) => `P${i},${i % 2},${(i * 7) % 11}`).join("\n")}\n`,
    );
    const plain = { name: "plain", split: { kind: "repeated", folds: 2 }, models: [{ name: "a", predictors: ["a"] }] };
    writeFileSync(at("plain.json"), JSON.stringify({ ...plain, evaluation: settings.evaluation }));
    const run = (out: string) => runHemacast("study", at("table.csv"), "--config", at("plain.json"), "--out", at(out));
    expect((await run("unfinished")).exitCode).toBe(0);
    expect((await run("foreign")).stderr).toContain("OUTPUT_EXISTS");
  },
  patience,
);
