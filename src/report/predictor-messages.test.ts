import { expect, it } from "vitest";
import { blocksConfigSchema, measuredBlocks } from "../expansion/blocks.ts";
import { predictorName } from "./predictor-messages.ts";

it("has words in both languages for every predictor of shape and signs", () => {
  const predictors = measuredBlocks(blocksConfigSchema.parse({ markers: true })).flatMap(({ names }) => names);
  expect(predictors.length).toBeGreaterThan(25);
  expect(predictors.filter((predictor) => predictorName(predictor).zh === predictor)).toEqual([]);
  expect(new Set(predictors.map((predictor) => predictorName(predictor).zh)).size).toBe(predictors.length);
});

it("leaves a feature of a network its own name", () => {
  const feature = "inception-v3.mixed2.clot.mean.largest.7";
  expect(predictorName(feature)).toEqual({ en: feature, zh: feature });
});
