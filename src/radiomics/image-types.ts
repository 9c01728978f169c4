/** The images that features are computed on: the original and what filters make of it, each in the box of the region. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { gradientMagnitude } from "./filters/gradient.ts";
import { laplacianOfGaussian } from "./filters/laplacian-of-gaussian.ts";
import { localBinaryPattern } from "./filters/local-binary-pattern.ts";
import { type PointwiseName, pointwise } from "./filters/pointwise.ts";
import { wavelet } from "./filters/wavelet.ts";
import type { Box, Region, ScalarImage } from "./region.ts";
import type { ExtractionValues, ImageTypeName } from "./settings.ts";

/** An image type's name in feature names, e.g. `wavelet-LLH`, and the region with its intensities. */
export interface DerivedRegion {
  readonly name: string;
  readonly region: Region;
}

/**
 * Makes the images of one type, one after the other.
 *
 * @param region the region cut out of `image` at `box`
 * @param findings what could not be made is told here
 */
export function* derivedRegions(
  type: ImageTypeName,
  values: ExtractionValues,
  image: ScalarImage,
  box: Box,
  region: Region,
  findings: Finding[],
): Generator<DerivedRegion> {
  const inBox = (name: string, all: Float64Array): DerivedRegion => ({
    name,
    region: { ...region, intensities: Float64Array.from(region.voxels, (v) => all[v] as number) },
  });
  switch (type) {
    case "Original":
      yield { name: "original", region };
      return;
    case "LoG":
      for (const sigma of values.sigma) {
        const found = laplacianOfGaussian(image, box, sigma);
        if (found) yield inBox(`log-sigma-${sigmaText(sigma)}-mm-3D`, found);
        else findings.push(tooSmall(sigma, image));
      }
      return;
    case "Wavelet": {
      const { level, start_level: startLevel } = values;
      const flat = values.force2D ? { flatAxis: values.force2Ddimension } : {};
      for (const found of wavelet(image, box, { wavelet: values.wavelet, level, startLevel, ...flat })) {
        yield inBox(found.name, found.values);
      }
      return;
    }
    case "Square":
    case "SquareRoot":
    case "Logarithm":
    case "Exponential": {
      const name = type.toLowerCase() as PointwiseName;
      yield { name, region: { ...region, intensities: pointwise(name, region.intensities, image.values) } };
      return;
    }
    case "Gradient":
      yield inBox("gradient", gradientMagnitude(image, box, values.gradientUseSpacing));
      return;
    case "LBP2D": {
      const { lbp2DRadius: radius, lbp2DSamples: samples, lbp2DMethod: method, force2Ddimension: flatAxis } = values;
      if (method === "var") {
        throw notOffered(
          "LBP2D by the method var",
          "PyRadiomics cuts its variances to whole numbers of the image's type",
        );
      }
      yield inBox("lbp-2D", localBinaryPattern(image, box, { radius, samples, method, flatAxis }));
      return;
    }
    case "LBP3D":
      throw notOffered("the LBP3D image", "no independent implementation is known to compare spherical harmonics with");
  }
}

function notOffered(what: string, why: string): HemacastError {
  return new HemacastError("CONFIG_INVALID", `${what} is not offered: ${why}; leave it out of imageType`);
}

/** Python's text of a number: whole numbers that YAML gave as 1.0 and as 1 cannot be told apart here, and both are written as 1-0. */
function sigmaText(sigma: number): string {
  return (Number.isInteger(sigma) ? sigma.toFixed(1) : String(sigma)).replace(".", "-");
}

function tooSmall(sigma: number, { geometry }: ScalarImage): Finding {
  return {
    code: "LOG_IMAGE_TOO_SMALL",
    severity: "warning",
    message: `no LoG image at sigma ${sigma} mm: the image has [${geometry.size}] voxels of [${geometry.spacing}] mm`,
  };
}
