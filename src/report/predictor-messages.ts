/** The words for what image models are asked about: features of shape and density, and the blocks that they belong to. */
import { names } from "./clinical-messages.ts";
import type { Text } from "./html.ts";

const shape: Readonly<Record<string, Text>> = {
  Elongation: { en: "Elongation", zh: "延伸度" },
  Flatness: { en: "Flatness", zh: "扁平度" },
  LeastAxisLength: { en: "Least axis", zh: "最短轴长" },
  MajorAxisLength: { en: "Major axis", zh: "长轴长" },
  MinorAxisLength: { en: "Minor axis", zh: "短轴长" },
  Maximum2DDiameterColumn: { en: "Largest diameter in sagittal planes", zh: "矢状面最大径" },
  Maximum2DDiameterRow: { en: "Largest diameter in coronal planes", zh: "冠状面最大径" },
  Maximum2DDiameterSlice: { en: "Largest diameter in axial planes", zh: "轴位最大径" },
  Maximum3DDiameter: { en: "Largest diameter", zh: "三维最大径" },
  MeshVolume: { en: "Volume within the surface", zh: "网格体积" },
  Sphericity: { en: "Sphericity", zh: "球形度" },
  SurfaceArea: { en: "Surface area", zh: "表面积" },
  SurfaceVolumeRatio: { en: "Surface / volume", zh: "表面积体积比" },
  VoxelVolume: { en: "Volume", zh: "体素体积" },
};

const density: Readonly<Record<string, Text>> = {
  signCount: { en: "Number of signs", zh: "征象数目" },
  meanHu: { en: "Mean density", zh: "平均密度" },
  sdHu: { en: "Standard deviation of density", zh: "密度标准差" },
  coefficientOfVariation: { en: "Coefficient of variation of density", zh: "密度变异系数" },
  skewness: { en: "Skewness of density", zh: "密度偏度" },
  kurtosis: { en: "Kurtosis of density", zh: "密度峰度" },
};

/**
 * The name of a predictor or of a block in both languages; a feature of a network, of which nobody knows what it means, keeps its own.
 *
 * @example predictorName("markers.skewness").en // => "Skewness of density"
 * @example predictorName("inception-v3").zh // => "inception-v3"
 */
export function predictorName(predictor: string): Text {
  const [block, ...rest] = predictor.split(".");
  const name = rest.join(".");
  const known = block === "shape" ? shape[name] : block === "markers" ? (names[name] ?? density[name]) : undefined;
  return known ?? names[predictor] ?? { en: predictor, zh: predictor };
}
