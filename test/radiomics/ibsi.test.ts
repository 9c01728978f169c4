import { describe, expect, it } from "vitest";
import { runSelfTest, selfTestText } from "../../src/pipeline/radiomics-selftest.ts";
import {
  type ReferenceConfigurationName,
  referenceConfigurations,
} from "../../src/radiomics/ibsi/reference-configurations.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

/** Features with consensus values, by configuration: all that the standard publishes. */
const published: Readonly<Record<ReferenceConfigurationName, number>> = {
  "digital phantom, 2D": 346,
  "digital phantom, 3D": 210,
  "CT phantom, A": 346,
  "CT phantom, B": 346,
  "CT phantom, C": 210,
  "CT phantom, D": 210,
  "CT phantom, E": 210,
};

describe.skipIf(!sharedData)("IBSI-1", () => {
  it.each(Object.keys(referenceConfigurations) as ReferenceConfigurationName[])(
    "%s: every published feature is within its tolerance",
    async (name) => {
      const { rows, passed } = await runSelfTest(dataPath("ibsi1"), [name]);
      expect(rows[0]?.outside).toEqual([]);
      expect(rows[0]?.missing).toEqual([]);
      expect(rows[0]?.within).toHaveLength(published[name]);
      expect(passed).toBe(true);
    },
    120_000,
  );

  it("prints a table, and names what the standard has no value for", async () => {
    const text = selfTestText(await runSelfTest(dataPath("ibsi1"), ["digital phantom, 3D"]));
    expect(text).toContain("digital phantom, 3D  210               0        0");
    expect(text).toContain("morph_vol_dens_ombb");
  });
});

it("says which file is missing", async () => {
  await expect(runSelfTest("/nowhere")).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
});
