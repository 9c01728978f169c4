import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulateCohort } from "../../src/pipeline/simulate-cohort.ts";
import { openBackground, openShape } from "../../src/pipeline/simulation-sources.ts";
import { scannerProfiles } from "../../src/simulation/scanner/scanner-profile.ts";
import { simulateCase } from "../../src/simulation/simulate-case.ts";
import { maskMl } from "../../src/volume/volume.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

const scanner = { ...scannerProfiles.fast, motionChance: 0 };

describe.skipIf(!sharedData)("hemorrhages in real heads and with real shapes", () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "real-background-"));
  });
  afterAll(() => rm(out, { recursive: true }));

  it.each([
    { path: "ge_head_ct/GE_head_HiSpeed", skullStripped: false },
    { path: "ct_template_scct/scct_stripped_hu.nii.gz", skullStripped: true },
  ])(
    "holds the volume asked for to 1 % in $path",
    async ({ path, skullStripped }) => {
      const background = await openBackground(dataPath(path));
      expect(background.skullStripped).toBe(skullStripped);
      const made = simulateCase({ seed: 3, scanner, background, hematoma: { location: "putamen", volumeMl: 24 } });
      expect(maskMl(made.truth.mask)).toBeAllClose(24, { relative: 0.01 });
      expect(made.background).toBe(background.name);
      // Blood where the mask is, brain beside it, and bone around it.
      const { hu } = made.volume;
      const mean = (inside: Uint8Array): number => {
        let [sum, count] = [0, 0];
        for (let v = 0; v < hu.length; v++) {
          if (!inside[v]) continue;
          sum += hu[v] as number;
          count++;
        }
        return sum / count;
      };
      expect(mean(made.truth.mask.inside)).toBeGreaterThan(45);
      expect(hu.filter((value) => value > 700).length).toBeGreaterThan(10_000);
    },
    120_000,
  );

  it("gives a clot the shape of a real mask, at the volume asked for, and says so", async () => {
    const shape = await openShape(dataPath("hemseg_masks/masks/ID_01c1a0169f.nii.gz"));
    const made = simulateCase({ seed: 3, scanner, hematoma: { location: "lobar", volumeMl: 20, shape } });
    expect(maskMl(made.truth.mask)).toBeAllClose(20, { relative: 0.01 });
    expect(made.shape).toBe(shape.name);
    expect(made.truth.irregularity).toBe(0.35);
  }, 600_000);

  it("says in manifest, truth and README what the background and the shapes are", async () => {
    const cohort = join(out, "cohort");
    const summary = await simulateCohort(cohort, {
      ...{ participants: 1, sites: 1, seed: 22, scenario: "null", profile: "fast", format: "nifti", threads: 1 },
      background: dataPath("ge_head_ct/GE_head_HiSpeed"),
      shape: dataPath("hemseg_masks/masks"),
    });
    expect(summary.background).toBe("GE_head_HiSpeed");
    expect(await readFile(join(cohort, "manifest.csv"), "utf8")).toContain(
      "simulated-fast-real-shape-in-GE_head_HiSpeed",
    );
    expect(await readFile(join(cohort, "truth.csv"), "utf8")).toContain("GE_head_HiSpeed");
    expect(await readFile(join(cohort, "README.txt"), "utf8")).toContain("every scan shows that head");
    expect(JSON.parse(await readFile(join(cohort, "SIM-0001", "truth.json"), "utf8")).background).toBe(
      "GE_head_HiSpeed",
    );
  }, 600_000);
});
