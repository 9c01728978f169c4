/** What the backbone is trained for: all that the simulator knows of a view, and the direction of Inception-v3's features. */
import type { Random } from "../../src/core/random.ts";
import type { Value } from "../../src/nn/graph/graph.ts";
import { denseLayer } from "../../src/nn/layers.ts";
import { bceWithLogits, cosineDistance, crossEntropy, meanSquaredError } from "../../src/nn/losses.ts";
import type { Backbone } from "../../src/nn/models/backbone.ts";
import { add } from "../../src/nn/ops/add.ts";
import { mul } from "../../src/nn/ops/mul.ts";
import { slice } from "../../src/nn/ops/slice.ts";
import { createTensor } from "../../src/nn/tensor.ts";
import type { Batch, Objective } from "../../src/nn/train/trainer.ts";
import { type Look, locationCount, measureNames, showView, targetsOf, type View, yesNoNames } from "./views.ts";

/** How much each part of the loss counts. */
export interface LossParts {
  readonly yesNo: number;
  readonly measures: number;
  readonly location: number;
  readonly teacher: number;
}

/** Columns of the head that answers. */
export const answerCount = yesNoNames.length + measureNames.length + locationCount;

/** The objective on batches with `image`, `yesNo`, `measures`, `location`, `teacher` and a weight for each of the first three. */
export function backboneObjective(network: Backbone, parts: LossParts): Objective {
  return (graph, batch) => {
    const value = (name: string): Value => batch[name] as Value;
    network.forward(value("image"));
    const features = graph.taps.get("features") as Value;
    const [yesNoCount, measureCount] = [yesNoNames.length, measureNames.length];
    const answers = denseLayer(features, "answers", answerCount);
    const columns = (from: number, count: number): Value => slice(answers, 1, from, from + count);
    const losses = {
      yesNo: bceWithLogits(columns(0, yesNoCount), value("yesNo"), value("yesNoWeight")),
      measures: meanSquaredError(columns(yesNoCount, measureCount), value("measures"), value("measuresWeight")),
      location: crossEntropy(
        columns(yesNoCount + measureCount, locationCount),
        ...([value("location"), 1, value("locationWeight")] as const),
      ),
      teacher: cosineDistance(denseLayer(features, "teacher", value("teacher").shape[1] as number), value("teacher")),
    };
    const terms = Object.entries(losses).map(([name, loss]) => mul(loss, parts[name as keyof LossParts]));
    return { loss: terms.reduce((a, b) => add(a, b)), reports: losses };
  };
}

/** Mean and deviation of each measure over the training views. */
export function measureScales(views: readonly View[], look: Look): { mean: number; deviation: number }[] {
  return measureNames.map((_, column) => {
    const values = views.flatMap((view) => targetsOf(view, look).measures[column] ?? []);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    return { mean, deviation: Math.max(deviation, 1e-6) };
  });
}

/** What `makeBatch` needs beside the views. */
export interface BatchSource {
  readonly views: readonly View[];
  /** [views, directions] */
  readonly teacher: Float32Array;
  readonly directions: number;
  readonly scales: readonly { mean: number; deviation: number }[];
  readonly windowsHu: readonly (readonly [number, number])[];
}

/** A batch of views, drawn with replacement, each at its own look. */
export function makeBatch(source: BatchSource, images: number, look: (random: Random) => Look, random: Random): Batch {
  const looks = Array.from({ length: images }, () => look(random));
  const pixels = (looks[0] as Look).pixels;
  const image = createTensor([images, source.windowsHu.length, pixels, pixels]);
  const widths = { yesNo: yesNoNames.length, measures: measureNames.length, location: locationCount };
  const target = (name: keyof typeof widths) => createTensor([images, widths[name]]);
  const [yesNo, yesNoWeight, measures, measuresWeight] = [
    target("yesNo"),
    target("yesNo"),
    target("measures"),
    target("measures"),
  ];
  const [location, locationWeight] = [target("location"), createTensor([images, 1])];
  const teacher = createTensor([images, source.directions]);
  for (const [n, at] of looks.entries()) {
    const k = random.integer(source.views.length);
    const view = source.views[k] as View;
    showView(view, at, source.windowsHu, image, n);
    const found = targetsOf(view, at);
    for (const [i, answer] of found.yesNo.entries()) {
      yesNo.data[n * widths.yesNo + i] = answer ?? 0;
      yesNoWeight.data[n * widths.yesNo + i] = answer === null ? 0 : 1;
    }
    for (const [i, value] of found.measures.entries()) {
      const { mean, deviation } = source.scales[i] as { mean: number; deviation: number };
      // A rare value far out must not decide a step.
      measures.data[n * widths.measures + i] =
        value === null ? 0 : Math.max(-4, Math.min(4, (value - mean) / deviation));
      measuresWeight.data[n * widths.measures + i] = value === null ? 0 : 1;
    }
    if (found.location !== null) location.data[n * widths.location + found.location] = 1;
    locationWeight.data[n] = found.location === null ? 0 : 1;
    teacher.data.set(
      source.teacher.subarray(k * source.directions, (k + 1) * source.directions),
      n * source.directions,
    );
  }
  return { image, yesNo, yesNoWeight, measures, measuresWeight, location, locationWeight, teacher };
}
