/** A head whose skull is open: both segmenters draw what lies between the edges of bone, and say so. */
import type { Finding } from "../core/finding.ts";
import type { Cranium } from "../volume/brain-mask.ts";

/** `SKULL_OPEN` where bone surrounds the brain only in part; nothing else. */
export function openSkullFindings({ open }: Pick<Cranium, "open">): Finding[] {
  if (!open) return [];
  return [
    {
      code: "SKULL_OPEN",
      severity: "warning",
      message:
        "bone surrounds the brain only in part, as after a craniectomy: blood was looked for inside the line between the edges of bone, and no risk is told of such a head",
    },
  ];
}
