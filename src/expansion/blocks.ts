/** Blocks of predictors: each turns a head CT and the mask of its hematoma into named numbers. What a model reads is a choice of names. */
import { z } from "../core/schema.ts";
import { readAnatomy } from "../markers/anatomy.ts";
import { computeMarkers, type Markers } from "../markers/compute-markers.ts";
import { extractRadiomics } from "../radiomics/extract.ts";
import type { RadiomicsSettings } from "../radiomics/settings.ts";
import { resolveSettings } from "../radiomics/settings-file.ts";
import { shapeFeatureNames, shapeFeatures } from "../radiomics/shape.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { type CnnConfig, cnnConfigSchema } from "./cnn-features.ts";

/** A group of predictors that are measured together. */
export interface PredictorBlock {
  /** First word of the names of its predictors. */
  readonly name: string;
  /** Every predictor that it gives, in order, whatever the scan. */
  readonly names: readonly string[];
  /**
   * Measures one scan.
   *
   * @param mask the hematoma, not empty
   * @param markers those of the same mask where they are read already: reading takes seconds
   * @returns one number per name; NaN where a predictor has no value
   */
  measure(volume: CtVolume, mask: Mask, markers?: Markers): Promise<Float64Array>;
}

/** Which blocks a study or a model measures. */
export const blocksConfigSchema = z.strictObject({
  /** Who draws the hematoma. */
  segmenter: z.string().min(1).default("hematoma-unet"),
  /** The fourteen 3D shape features that PyRadiomics gives by default. */
  shape: z.boolean().default(true),
  /** Settings of PyRadiomics for the block `radiomics`, without shape; null = none. */
  radiomics: z.record(z.string(), z.unknown()).nullable().default(null),
  /** The signs on non-contrast CT and the distribution of density. */
  markers: z.boolean().default(false),
  /** Frozen networks. */
  cnn: z.array(cnnConfigSchema).max(4).default([]),
});

/** Which blocks a study or a model measures, defaults filled in. */
export type BlocksConfig = z.infer<typeof blocksConfigSchema>;

/**
 * Blocks that need no network, in their fixed order.
 *
 * @throws HemacastError CONFIG_INVALID for settings of radiomics that PyRadiomics does not know
 */
export function measuredBlocks(config: BlocksConfig): PredictorBlock[] {
  return [
    ...(config.shape ? [shapeBlock()] : []),
    ...(config.radiomics ? [radiomicsBlock(resolveSettings(config.radiomics))] : []),
    ...(config.markers ? [markersBlock()] : []),
  ];
}

/** The shape of the hematoma: the "Radiomics" of the paper. */
function shapeBlock(): PredictorBlock {
  const features = shapeFeatureNames.slice(0, 14);
  return {
    name: "shape",
    names: features.map((feature) => `shape.${feature}`),
    async measure(_volume, mask) {
      const found = shapeFeatures(mask);
      return Float64Array.from(features, (feature) => found[feature]);
    },
  };
}

function radiomicsBlock(settings: RadiomicsSettings): PredictorBlock {
  const families = settings.features.filter(({ family }) => family !== "shape" && family !== "shape2D");
  const withoutShape = { ...settings, features: families };
  const names = radiomicsNames(withoutShape);
  return {
    name: "radiomics",
    names: names.map((name) => `radiomics.${name}`),
    async measure({ geometry, hu }, mask) {
      const { features } = extractRadiomics({ geometry, values: hu }, mask, withoutShape);
      return Float64Array.from(names, (name) => features[name] ?? Number.NaN);
    },
  };
}

/** Names by measuring a small ball: filters decide how many images there are, so no list can say it beforehand. */
function radiomicsNames(settings: RadiomicsSettings): string[] {
  const size = [24, 24, 24] as const;
  const voxels = 24 ** 3;
  const geometry = {
    ...{ size, spacing: [1, 1, 1] as const, origin: [0, 0, 0] as const },
    direction: [[1, 0, 0] as const, [0, 1, 0] as const, [0, 0, 1] as const] as const,
  };
  const distance = (v: number): number =>
    Math.hypot((v % 24) - 11.5, (Math.floor(v / 24) % 24) - 11.5, Math.floor(v / 576) - 11.5);
  const inside = Uint8Array.from({ length: voxels }, (_, v) => Number(distance(v) < 8));
  const values = Float32Array.from({ length: voxels }, (_, v) => 60 + 10 * Math.sin(v) + distance(v));
  return Object.keys(extractRadiomics({ geometry, values }, { geometry, inside }, settings).features).sort();
}

const markerIds = [
  ...(["irregular-shape", "heterogeneous-density", "blend-sign", "black-hole-sign", "swirl-sign"] as const),
  ...(["hypodensity", "fluid-level", "island-sign", "satellite-sign"] as const),
];

/**
 * Each sign as the share of slightly moved masks on which it is there, how many signs that are (what few events can be asked about when
 * each sign has an odds ratio like the others), and the distribution of HU.
 */
function markersBlock(): PredictorBlock {
  const density = ["meanHu", "sdHu", "coefficientOfVariation", "skewness", "kurtosis"] as const;
  return {
    name: "markers",
    names: [...markerIds, "signCount", ...density].map((name) => `markers.${name}`),
    async measure(volume, mask, known) {
      const found = known ?? computeMarkers(volume, mask, readAnatomy(volume, mask)?.ventricularBlood);
      const signs = markerIds.map((id) => {
        const { state, confidence } = found.markers[id];
        if (state === "not-assessable") return Number.NaN;
        return state === "present" ? confidence : 1 - confidence;
      });
      const signCount = signs.filter((share) => !Number.isNaN(share)).reduce((sum, share) => sum + share, 0);
      return Float64Array.from([...signs, signCount, ...density.map((name) => found.density[name] ?? Number.NaN)]);
    },
  };
}

/**
 * Names of the predictors of a frozen network.
 *
 * @param channels of each tap, in the order of the configuration
 */
export function cnnFeatureNames(prefix: string, config: CnnConfig, channels: readonly number[]): string[] {
  return config.acrossSlices.flatMap((way) =>
    config.taps.flatMap((tap, t) =>
      config.regions.flatMap((region) =>
        config.statistics.flatMap((statistic) =>
          Array.from(
            { length: channels[t] as number },
            (_, c) => `${prefix}.${tap}.${region}.${statistic}.${way}.${c}`,
          ),
        ),
      ),
    ),
  );
}

/**
 * The block that a predictor belongs to.
 *
 * @example blockOf("shape.Sphericity") // => "shape"
 */
export function blockOf(predictor: string): string {
  const dot = predictor.indexOf(".");
  return dot < 0 ? predictor : predictor.slice(0, dot);
}
