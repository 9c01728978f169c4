/** Features of the tissue around a hematoma, within the brain that its CT shows. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { type Extraction, extractRadiomics } from "../radiomics/extract.ts";
import type { ScalarImage } from "../radiomics/region.ts";
import { ringAround, ringPrefix } from "../radiomics/ring.ts";
import type { RadiomicsSettings } from "../radiomics/settings.ts";
import { brainMask } from "../volume/brain-mask.ts";
import { canonicalOrder, inverseOrder, reorderedGeometry, reorderedValues } from "../volume/orient.ts";
import { createCtVolume, createMask, type Mask } from "../volume/volume.ts";

/** Families that describe the form of a region: a ring has that of the hematoma, whose own is measured already. */
const formFamilies: readonly string[] = ["shape", "shape2D", "morphology"];

/**
 * Features of rings around a region, all families but those of shape; a ring without enough voxels is told and left out.
 *
 * @param image a head CT in HU
 * @param outerMm outer radii in mm
 * @throws HemacastError RADIOMICS_UNDEFINED where no brain is found in the image
 */
export function ringFeatures(
  image: ScalarImage,
  region: Mask,
  outerMm: readonly number[],
  settings: RadiomicsSettings,
): Pick<Extraction, "features" | "findings"> {
  const brain = brainOf(image);
  const withoutForm = {
    ...settings,
    features: settings.features.filter(({ family }) => !formFamilies.includes(family)),
  };
  const features: Record<string, number> = {};
  const findings: Finding[] = [];
  for (const mm of outerMm) {
    try {
      const found = extractRadiomics(image, ringAround(region, brain, mm), withoutForm);
      for (const [name, value] of Object.entries(found.features)) features[ringPrefix(mm) + name] = value;
      findings.push(...found.findings.map((f) => ({ ...f, message: `ring of ${mm} mm: ${f.message}` })));
    } catch (thrown) {
      if (!(thrown instanceof HemacastError) || !["MASK_EMPTY", "RADIOMICS_UNDEFINED"].includes(thrown.code))
        throw thrown;
      findings.push({
        code: "RADIOMICS_RING_UNDEFINED",
        severity: "warning",
        message: `the ring of ${mm} mm has no features: ${thrown.message}`,
      });
    }
  }
  return { features, findings };
}

/** The intracranial cavity on the image's own grid. */
function brainOf(image: ScalarImage): Mask {
  const order = canonicalOrder(image.geometry);
  const values = image.values instanceof Int16Array ? image.values : Float32Array.from(image.values);
  const geometry = reorderedGeometry(image.geometry, order);
  const found = brainMask(createCtVolume(geometry, reorderedValues(values, image.geometry.size, order)));
  if (!found) {
    throw new HemacastError(
      "RADIOMICS_UNDEFINED",
      "no brain is found in the image; rings need a CT of the head in HU that shows the skull",
    );
  }
  return createMask(image.geometry, reorderedValues(found.inside, geometry.size, inverseOrder(order)));
}
