import { expect, it } from "vitest";
import { regionAt } from "./hematoma-location.ts";

it("names the usual sites of hemorrhage on both sides", () => {
  const sites = [
    [28, 0, 4, "deep"],
    [15, 18, 8, "deep"],
    [15, -14, 9, "deep"],
    [34, -45, 26, "lobar"],
    [50, 22, -6, "lobar"],
    [36, 42, 36, "lobar"],
    [28, 66, 14, "lobar"],
    [21, 64, -34, "cerebellum"],
    [0, 26, -26, "brainstem"],
  ] as const;
  for (const [x, y, z, region] of sites) {
    expect([regionAt(x, y, z), regionAt(-x, y, z)]).toEqual([region, region]);
  }
});
