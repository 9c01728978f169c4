/** The public names of Hemacast, one by one. */

export { type ErrorCode, type ErrorFamilyName, errorCodes, HemacastError } from "./core/errors.ts";
export type { Finding } from "./core/finding.ts";
export { createRandom, type Random } from "./core/random.ts";
export type { OtherSeries, SeriesDescription } from "./dicom/series-description.ts";
export { blandAltman, concordance, intraclassCorrelation, volumeAgreement } from "./evaluation/agreement.ts";
export { calibrationLine, flexibleCalibration } from "./evaluation/calibration.ts";
export { aucInterval, compareAuc } from "./evaluation/delong.ts";
export { auroc, rocCurve } from "./evaluation/discrimination.ts";
export { netBenefit } from "./evaluation/net-benefit.ts";
export { compareMasks, type Overlap, type SurfaceAgreement } from "./evaluation/overlap.ts";
export { averagePrecision } from "./evaluation/precision-recall.ts";
export {
  createRiskModel,
  type LogisticRiskModel,
  predictRisk,
  type RiskEstimate,
  type RiskModel,
} from "./expansion/risk-model.ts";
export { type Abc2, abc2, abc2Ml } from "./markers/abc2.ts";
export { type Anatomy, anatomyFindings, readAnatomy } from "./markers/anatomy.ts";
export { checkClinical } from "./markers/clinical-checks.ts";
export { computeMarkers, type Markers } from "./markers/compute-markers.ts";
export type { Marker, MarkerId, MarkerState } from "./markers/marker.ts";
export { checkScan } from "./markers/scan-checks.ts";
export type { Score, ScoreInputs, ScoreLocation } from "./markers/score.ts";
export { computeScores } from "./markers/scores.ts";
export type { Vec3 } from "./math/vec3.ts";
export { backward } from "./nn/autodiff.ts";
export { createGraph, type Graph, input, parameter, tap, type Value } from "./nn/graph/graph.ts";
export { encodeOnnx } from "./nn/graph/onnx.ts";
export {
  bceAndDice,
  bceWithLogits,
  cosineDistance,
  crossEntropy,
  focalLoss,
  meanSquaredError,
  softDice,
  tverskyLoss,
} from "./nn/losses.ts";
export { type Backbone, freezeUntil } from "./nn/models/backbone.ts";
export { inceptionV3 } from "./nn/models/inception-v3.ts";
export { resnet50 } from "./nn/models/resnet50.ts";
export { type UnetConfig, unet } from "./nn/models/unet.ts";
export { exportInference, initialWeights, type Network, parametersOf, weightCount } from "./nn/network.ts";
export { adamW, type Optimizer, sgd } from "./nn/optimizers.ts";
export { constantSchedule, cosineSchedule, type Schedule } from "./nn/schedules.ts";
export { type LoadedBackbone, loadBackbone, selfTestBackbone, shippedBackbone } from "./nn/session/backbone-folder.ts";
export { createFeatureExtractor, type FeatureExtractor } from "./nn/session/feature-extractor.ts";
export { openSession, type Session, type SessionOptions } from "./nn/session/session.ts";
export { loadCheckpoint, readWeights, saveCheckpoint, writeWeights } from "./nn/session/weights-file.ts";
export { createTensor, type Shape, type Tensor, type Weights } from "./nn/tensor.ts";
export type { Checkpoint } from "./nn/train/checkpoint.ts";
export { afterEvaluation, type EarlyStopping, notStarted } from "./nn/train/early-stopping.ts";
export { segmentationObjective } from "./nn/train/segmentation-objective.ts";
export { type Batch, createTrainer, type StepResult, type Trainer, type TrainerOptions } from "./nn/train/trainer.ts";
export { readMask, writeMask, writeNifti } from "./pipeline/nifti-files.ts";
export {
  type CtInput,
  type GridDescription,
  type InputDescription,
  type InputFormat,
  type ReadOptions,
  readCt,
} from "./pipeline/read-input.ts";
export { findBundle, loadBundle, type RiskBundle } from "./pipeline/risk-bundle.ts";
export { type CatalogueEntry, featureCatalogue } from "./radiomics/catalogue.ts";
export { type Extraction, extractRadiomics, type RegionSummary } from "./radiomics/extract.ts";
export type { ScalarImage, ScalarValues } from "./radiomics/region.ts";
export { defaultSettings, type RadiomicsSettings } from "./radiomics/settings.ts";
export { readSettings, resolveSettings } from "./radiomics/settings-file.ts";
export { type ShapeFeatures, shapeFeatures } from "./radiomics/shape.ts";
export type { Segmentation, Segmenter, SegmenterOptions } from "./segmentation/segmenter.ts";
export { thresholdSegmenter } from "./segmentation/threshold.ts";
export { type ScannerProfile, scannerProfiles } from "./simulation/scanner/scanner-profile.ts";
export { type SimulateOptions, simulateCase } from "./simulation/simulate-case.ts";
export type { SignName, SimulatedCase, SimulatedScan } from "./simulation/simulated-case.ts";
export { brainMask, type Cranium, findCranium } from "./volume/brain-mask.ts";
export {
  type Component,
  type Components,
  connectedComponents,
  largestComponent,
  maskOfComponents,
  type Neighbourhood,
} from "./volume/components.ts";
export { type Extent, squaredDistanceMm } from "./volume/distance.ts";
export { type Geometry, indexToLps, lpsToIndex, requireSameGrid, sliceExtentMm, voxelMl } from "./volume/geometry.ts";
export { close, complement, dilate, erode, fillHoles, intersection, open, union } from "./volume/morphology.ts";
export { type AxisOrder, canonicalOrder, inverseOrder, reorderMask, reorderVolume } from "./volume/orient.ts";
export { blockMean, evenGeometry, resampleMask, resampleVolume } from "./volume/resample.ts";
export { gaussianSmooth, type SmoothingMm } from "./volume/smooth.ts";
export {
  type CtVolume,
  createCtVolume,
  createMask,
  type Mask,
  maskMl,
  type SliceSource,
  sourcePixel,
} from "./volume/volume.ts";
export { applyWindow, brainWindow, type WindowHu } from "./volume/window.ts";
