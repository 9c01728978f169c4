/** ResNet-50, batch normalisation folded into the convolutions. Parameters have torchvision's names. */
import { parseWith, z } from "../../core/schema.ts";
import type { Value } from "../graph/graph.ts";
import { type ConvLayer, convLayer } from "../layers.ts";
import { add } from "../ops/add.ts";
import { maxPool } from "../ops/max-pool.ts";
import { relu } from "../ops/relu.ts";
import { type Backbone, backbone, type Stage } from "./backbone.ts";

const configSchema = z.strictObject({
  /** Where a stage halves the image: torchvision and timm on the 3x3, Caffe and Keras on the first 1x1. */
  strideOn: z.enum(["3x3", "1x1"]).default("3x3"),
  /** The border of the first pooling: on both sides, or (Caffe) only behind. */
  poolBorder: z.enum(["both", "behind"]).default("both"),
  /** How many of the four stages: 3 ends with 1024 features, 4 with 2048. */
  stages: z.number().int().min(1).max(4).default(4),
});

type Config = z.infer<typeof configSchema>;

const blocksPerStage = [3, 4, 6, 3];

/**
 * ResNet-50 for images [n, 3, h, w], usually 224 x 224. Stages: `conv1`, `pool1`, `layer1` to `layer4`.
 *
 * @param convolution how each convolution writes itself. @default `convLayer`; `standardizedConvLayer` to train from the start
 * @throws HemacastError CONFIG_INVALID
 * @see He et al. 2016, doi:10.1109/CVPR.2016.90
 * @example resnet50({ stages: 3 }).stages.map((stage) => stage.name) // => ["conv1", "pool1", "layer1", "layer2", "layer3"]
 */
export function resnet50(config: z.input<typeof configSchema> = {}, convolution: ConvLayer = convLayer): Backbone {
  const settings = parseWith(configSchema, config, "CONFIG_INVALID", "resnet50 config") as Config;
  const border = settings.poolBorder === "both" ? { padding: [1, 1] } : { padding: [0, 0], paddingAfter: [1, 1] };
  const stem: Stage[] = [
    {
      name: "conv1",
      apply: (x) => relu(convolution(x, "conv1", { filters: 64, kernel: [7, 7], stride: [2, 2], padding: [3, 3] })),
    },
    { name: "pool1", apply: (x) => maxPool(x, { kernel: [3, 3], stride: [2, 2], ...border }) },
  ];
  const layers = blocksPerStage.slice(0, settings.stages).map((blocks, i): Stage => {
    const name = `layer${i + 1}`;
    const width = 64 * 2 ** i;
    return {
      name,
      apply: (x) =>
        Array.from({ length: blocks }).reduce<Value>((y, _, block) => {
          const stride = block === 0 && i > 0 ? 2 : 1;
          return bottleneck(y, `${name}.${block}`, { width, step: stride, strideOn: settings.strideOn, convolution });
        }, x),
    };
  });
  return backbone("resnet50", settings, [...stem, ...layers]);
}

interface Bottleneck {
  readonly width: number;
  readonly step: number;
  readonly strideOn: Config["strideOn"];
  readonly convolution: ConvLayer;
}

function bottleneck(x: Value, name: string, { width, step, strideOn, convolution }: Bottleneck): Value {
  const [first, second] = strideOn === "1x1" ? [step, 1] : [1, step];
  const narrow = relu(convolution(x, `${name}.conv1`, { filters: width, kernel: [1, 1], stride: [first, first] }));
  const seen = relu(
    convolution(narrow, `${name}.conv2`, { filters: width, kernel: [3, 3], stride: [second, second], padding: [1, 1] }),
  );
  const wide = convolution(seen, `${name}.conv3`, { filters: 4 * width, kernel: [1, 1] });
  if (x.shape[1] === 4 * width && step === 1) return relu(add(wide, x));
  const shortcut = convolution(x, `${name}.downsample`, { filters: 4 * width, kernel: [1, 1], stride: [step, step] });
  return relu(add(wide, shortcut));
}
