import { describe, expect, it } from "vitest";
import type { Vec3 } from "../src/math/vec3.ts";
import { readCt } from "../src/pipeline/read-input.ts";
import { rotationFromVector, transformGeometry, transformPoint } from "../src/volume/registration.ts";
import { registerSkulls } from "../src/volume/registration-skull.ts";
import { resampleVolume } from "../src/volume/resample.ts";
import { dataPath, sharedData } from "./support/shared-data.ts";

describe.skipIf(!sharedData)("registration of real heads", () => {
  it("finds motion of 10 degrees and 15 mm to within half a millimetre", async () => {
    const { volume } = await readCt(dataPath("rsna_ich_dicom/study_ID_f10de2d018"));
    const { frameOfReferenceUID: _, ...grid } = volume.geometry;
    const turn = [8, 3, -5].map((degrees) => (degrees * Math.PI) / 180) as unknown as Vec3;
    const truth = { rotation: rotationFromVector(turn), centerMm: [0, 0, 60], shiftMm: [7, -9, 9] } as const;
    const moving = resampleVolume({ ...volume, geometry: transformGeometry(truth, grid) }, grid);
    const { transform, similarity } = registerSkulls(volume, moving);
    for (const point of [
      [50, 60, 40],
      [-50, -60, 100],
      [50, -60, 20],
    ] as const) {
      expect(transformPoint(transform, point)).toBeAllClose(transformPoint(truth, point), { absolute: 0.5 });
    }
    expect(similarity).toBeGreaterThan(0.95);
  });

  it("gives two different people a similarity below 0.7", async () => {
    const [{ volume: one }, { volume: other }] = await Promise.all(
      ["rsna_ich_dicom/study_ID_f10de2d018", "ge_head_ct/GE_head_HiSpeed"].map((path) => readCt(dataPath(path))),
    );
    expect(registerSkulls(one, other).similarity).toBeLessThan(0.7);
  });
});
