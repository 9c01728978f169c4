/** The surroundings of a hematoma as both documents, prediction.json and comparison.json, write them. */
import { z } from "../core/schema.ts";

const positive = z.number().min(0);
const share = z.number().min(0).max(1);

/** Null without a hematoma, or where the head shows no midplane. */
export const anatomySchema = z
  .strictObject({
    location: z.enum(["lobar", "deep", "brainstem", "cerebellum"]).describe("The region that holds most of it."),
    side: z.enum(["left", "right", "midline"]),
    shares: z.record(z.string(), share).describe("Share of the hematoma in each region."),
    ivhMl: positive.describe("Blood in the ventricles; a low estimate, found reliably from about 2 mL on."),
    ivhMlOf: z.record(z.string(), positive).describe("The same for each ventricle."),
    graeb: z.int().min(0).max(12),
    modifiedGraeb: z
      .strictObject({ low: z.int().min(0).max(24), high: z.int().min(0).max(32) })
      .describe("Without and with a point for each compartment with blood: whether one is expanded is not judged."),
    evansIndex: positive.nullable().describe("Above 0.3 suggests hydrocephalus; null when no frontal horns are seen."),
    edemaMl: positive
      .nullable()
      .describe(
        "Brain around the clot that is darker than its mirror image; a rough estimate. null when the darker area reaches farther than edema does.",
      ),
    edemaRatio: positive.nullable().describe("Edema volume / hematoma volume."),
    hypodenseBeyondMl: positive.describe(
      "Brain darker than its mirror image, joined to the clot, farther from it than edema reaches.",
    ),
    symmetry: z.number().min(-1).max(1).describe("Correlation of the skull with its mirror image."),
  })
  .nullable()
  .describe("null without a hematoma, or where the head shows no midplane.");

/** The surroundings of a hematoma, written down. */
export type AnatomyDocument = NonNullable<z.infer<typeof anatomySchema>>;
