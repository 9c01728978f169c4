import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runHemacast } from "../support/run-hemacast.ts";

const hasDicom3tools = spawnSync("dciodvfy", ["-version"]).error === undefined;
const folder = mkdtempSync(join(tmpdir(), "hemacast-simulate-"));
const [inOneThread, inTwo] = [join(folder, "one"), join(folder, "two")];
const options = ["simulate", "cohort", "--n", "2", "--seed", "4", "--baseline-only"];
beforeAll(async () => {
  for (const [out, threads] of [
    [inOneThread, "1"],
    [inTwo, "2"],
  ] as const) {
    expect(await runHemacast(...options, "--threads", threads, "--out", out)).toMatchObject({ exitCode: 0 });
  }
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Every file of a folder with the checksum of its bytes. */
function contents(of: string): Record<string, string> {
  const files = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(of.length), createHash("sha256").update(readFileSync(path)).digest("hex")] as const;
    }),
  );
}

it("makes the same cohort in one thread and in two, byte for byte", () => {
  const files = contents(inOneThread);
  expect(Object.keys(files).length).toBeGreaterThan(2 * 36);
  expect(contents(inTwo)).toEqual(files);
});

it.skipIf(!hasDicom3tools)("writes CT images in which dciodvfy finds no fault", () => {
  const series = join(inTwo, "SIM-0001", "baseline");
  const slices = readdirSync(series);
  expect(slices.length).toBe(36);
  for (const slice of [slices[0], slices[18], slices[35]] as string[]) {
    const { stdout, stderr } = spawnSync("dciodvfy", [join(series, slice)], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toMatch(/CTImage/);
    expect(`${stdout}${stderr}`).not.toMatch(/Error|Warning/);
  }
});
