import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRadiomicsImage, readRadiomicsMask } from "../../src/pipeline/radiomics-files.ts";
import { extractRadiomics } from "../../src/radiomics/extract.ts";
import { standardFeatureNames } from "../../src/radiomics/ibsi/standard-families.ts";
import { histogramTags, localTags, morphologyTags, volumeHistogramTags } from "../../src/radiomics/ibsi/table-tags.ts";
import { resolveSettings } from "../../src/radiomics/settings-file.ts";
import { createMask } from "../../src/volume/volume.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

/** The tags of the reference table, in the order of the names here. */
const textureTags = {
  gldzm: [
    "sde",
    "lde",
    "lgze",
    "hgze",
    "sdlge",
    "sdhge",
    "ldlge",
    "ldhge",
    "glnu",
    "glnu_norm",
    "zdnu",
    "zdnu_norm",
    "z_perc",
    "gl_var",
    "zd_var",
    "zd_entr",
  ],
  ngldm: [
    "lde",
    "hde",
    "lgce",
    "hgce",
    "ldlge",
    "ldhge",
    "hdlge",
    "hdhge",
    "glnu",
    "glnu_norm",
    "dcnu",
    "dcnu_norm",
    "dc_perc",
    "gl_var",
    "dc_var",
    "dc_entr",
    "dc_energy",
  ],
} as const;

const families = Object.fromEntries(Object.keys(standardFeatureNames).map((family) => [family, null]));

/** Name in feature tables, and tag in the standard's. */
function pairs(): (readonly [string, string])[] {
  const whole = {
    morphology: morphologyTags,
    localintensity: localTags,
    intensityhistogram: histogramTags,
    ivh: volumeHistogramTags,
  };
  return [
    ...Object.entries(whole).flatMap(([family, tags]) =>
      Object.entries(tags).map(([name, tag]) => [`original_${family}_${name}`, tag] as const),
    ),
    ...standardFeatureNames.gldzm.map(
      (name, n) => [`original_gldzm_${name}`, `dzm_${textureTags.gldzm[n]}_3D`] as const,
    ),
    ...standardFeatureNames.ngldm.map(
      (name, n) => [`original_ngldm_${name}`, `ngl_${textureTags.ngldm[n]}_3D`] as const,
    ),
  ];
}

describe.skipIf(!sharedData)("on the standard's digital phantom, in the volume", () => {
  it("extraction by the families' names gives the consensus value of each feature that has one", async () => {
    const folder = dataPath("ibsi1/ibsi_1_digital_phantom/nifti");
    const { image } = await readRadiomicsImage(`${folder}/image/phantom.nii.gz`);
    const { mask } = await readRadiomicsMask(`${folder}/mask/mask.nii.gz`, {
      label: 1,
      image: image.geometry,
      resample: false,
    });
    // The phantom's intensities are levels: bins of width 1 leave them as they are.
    const { features } = extractRadiomics(
      image,
      mask,
      resolveSettings({ setting: { binWidth: 1 }, featureClass: families }),
    );
    const table = new Map(
      readFileSync(dataPath("ibsi1/reference_values_from_mirp/ibsi_1_dig_phantom.csv"), "utf8")
        .split(/\r?\n/)
        .map((line) => line.split(";"))
        .map(([value, tolerance, tag]) => [tag, { value, tolerance: Number(tolerance) }] as const),
    );
    let compared = 0;
    for (const [name, tag] of pairs()) {
      const published = table.get(tag);
      expect(features[name], name).toBeTypeOf("number");
      if (!published || published.value === "" || published.value === undefined) continue;
      const rounded = Number((features[name] as number).toPrecision(3));
      expect(Math.abs(rounded - Number(published.value)), `${name} ${rounded} ${published.value}`).toBeLessThanOrEqual(
        published.tolerance + 1e-9 * Math.abs(Number(published.value)),
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(80);
    expect(Object.keys(features)).toHaveLength(89);
  });
});

it("distances of zones are counted from the border before re-segmentation", () => {
  const direction = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  const geometry = { size: [7, 7, 7], spacing: [1, 1, 1], origin: [0, 0, 0], direction } as const;
  // A cube of 10 with a core of 100: re-segmentation keeps the core, which is three steps from the cube's border.
  const at = (v: number): number[] => [v % 7, Math.floor(v / 7) % 7, Math.floor(v / 49)];
  const core = (v: number): boolean => at(v).every((x) => x >= 3 && x <= 3);
  const cube = Uint8Array.from({ length: 343 }, (_, v) => (at(v).every((x) => x >= 1 && x <= 5) ? 1 : 0));
  const values = Int16Array.from({ length: 343 }, (_, v) => (core(v) || at(v)[0] === 4 ? 100 : 10));
  const settings = resolveSettings({
    setting: { resegmentRange: [50, 200] },
    featureClass: { gldzm: ["LargeDistanceEmphasis"] },
  });
  const { features } = extractRadiomics({ geometry, values }, createMask(geometry, cube), settings);
  // One zone of level 100 that reaches the border: distance 1.
  expect(features.original_gldzm_LargeDistanceEmphasis).toBe(1);
  const inner = Int16Array.from({ length: 343 }, (_, v) => (at(v).every((x) => x >= 2 && x <= 4) ? 100 : 10));
  const found = extractRadiomics({ geometry, values: inner }, createMask(geometry, cube), settings).features;
  // The zone's nearest voxels are two steps from the border that re-segmentation has taken away.
  expect(found.original_gldzm_LargeDistanceEmphasis).toBe(4);
});
