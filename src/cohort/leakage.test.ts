import { describe, expect, it } from "vitest";
import { headPhantom, volumeOf } from "../../test/support/phantoms.ts";
import { createRandom } from "../core/random.ts";
import type { CtVolume } from "../volume/volume.ts";
import type { FeatureTable } from "./feature-table.ts";
import { findLeaks, findTableLeaks, type Leak, requireNoLeaks } from "./leakage.ts";
import { hashDistance, perceptualHash } from "./perceptual-hash.ts";

const n = 60;
const p = 10;
function noise(change: (values: Float64Array, ids: string[]) => void = () => {}): FeatureTable {
  const random = createRandom(5);
  const values = Float64Array.from({ length: n * p }, () => 3 + 2 * random.normal());
  const ids = Array.from({ length: n }, (_, i) => `p${i}`);
  change(values, ids);
  const names = Array.from({ length: p }, (_, k) => `texture-${k}`);
  return {
    participantIds: ids,
    names,
    values,
    outcome: Uint8Array.from(ids, (_, i) => Number(i % 3 === 0)),
    sites: null,
  };
}
const half = {
  name: "half",
  training: Array.from({ length: 30 }, (_, i) => i),
  test: Array.from({ length: 30 }, (_, i) => i + 30),
};
const codes = (leaks: readonly Leak[]) => leaks.map((leak) => leak.code);

it("an honest table and split have no leak", () => {
  expect([...findLeaks(noise(), half), ...findTableLeaks(noise())]).toEqual([]);
  expect(() => requireNoLeaks([])).not.toThrow();
});

describe("each leak fires", () => {
  it("participants on both sides (a split by slice)", () => {
    const table = noise((_, ids) => ids.splice(30, 1, "p3"));
    expect(codes(findLeaks(table, half))).toEqual(["participant-on-both-sides"]);
    expect(() => requireNoLeaks(findLeaks(table, half))).toThrowCode("SPLIT_LEAKS");
  });
  it("a copied row under another name, exact and with noise", () => {
    for (const [jitter, exact] of [
      [0, 1],
      [0.005, 0],
    ] as const) {
      const table = noise((values) => {
        for (let k = 0; k < p; k++) values[40 * p + k] = values[7 * p + k]! + jitter;
      });
      const leaks = findLeaks(table, half);
      expect(codes(leaks)).toEqual(["near-duplicate-rows"]);
      expect(leaks[0]!.message).toContain(`(${exact} exactly)`);
    }
  });
  it("a scaler fitted on everybody", () => {
    const leaks = findLeaks(noise(), half, { fits: [{ what: "scaling", fittedOn: noise().participantIds }] });
    expect(codes(leaks)).toEqual(["fit-outside-training"]);
    const inside = [{ what: "scaling", fittedOn: half.training.map((i) => `p${i}`) }];
    expect(findLeaks(noise(), half, { fits: inside })).toEqual([]);
  });
  it("a follow-up scan of a training participant in the test fold", () => {
    const scans = [
      { participantId: "p1", identity: "series-1" },
      { participantId: "p1", identity: "series-2" },
      { participantId: "p40", identity: "series-2" },
    ];
    expect(codes(findLeaks(noise(), half, { scans }))).toEqual(["shared-scan"]);
  });
  it("a predictor that is the outcome, by value or by being missing", () => {
    const byValue = noise((values) => {
      for (let i = 0; i < n; i++) values[i * p] = (i % 3 === 0 ? 9 : 0) + i / n;
    });
    const byMissing = noise((values) => {
      for (let i = 0; i < n; i++) if (i % 3 === 0) values[i * p] = Number.NaN;
    });
    for (const table of [byValue, byMissing]) {
      expect(codes(findTableLeaks(table))).toEqual(["outcome-in-disguise"]);
      expect(() => requireNoLeaks(findTableLeaks(table))).toThrowCode("SPLIT_LEAKS");
    }
  });
  it("a predictor that sounds like the follow-up", () => {
    const table = { ...noise(), names: ["followUpVolume", ...noise().names.slice(1)] };
    expect(codes(findTableLeaks(table))).toEqual(["suspicious-name"]);
    expect(() => requireNoLeaks(findTableLeaks(table))).not.toThrow();
  });
  it("missing on one side only", () => {
    const table = noise((values) => {
      for (let i = 30; i < n; i++) values[i * p + 2] = Number.NaN;
    });
    expect(codes(findLeaks(table, half))).toEqual(["split-dependent-missingness"]);
  });
  it("scaled before the split", () => {
    const table = noise((values) => {
      const column = Array.from({ length: n }, (_, i) => values[i * p]!);
      const mean = column.reduce((a, b) => a + b, 0) / n;
      const sd = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
      for (let i = 0; i < n; i++) values[i * p] = (column[i]! - mean) / sd;
    });
    expect(codes(findTableLeaks(table))).toEqual(["standardised-before-split"]);
  });
});

describe("near-duplicate images", () => {
  const { volume } = headPhantom();
  const random = createRandom(3);
  const again: CtVolume = { ...volume, hu: Float32Array.from(volume.hu, (hu) => hu + 3 * random.normal()) };
  const head = (shift: number) =>
    volumeOf(volume.geometry, ([x, y, z]) =>
      Math.hypot(x - 90 - shift, y - 110 + shift, z - 60) < 60
        ? 35 + 20 * Math.sin(x / 12 + shift) * Math.cos(y / 9)
        : -1000,
    );

  it("the same scan with noise is found, another head is not", () => {
    expect(hashDistance(perceptualHash(volume), perceptualHash(again))).toBeLessThanOrEqual(16);
    expect(hashDistance(perceptualHash(volume), perceptualHash(head(9)))).toBeGreaterThan(48);
    const scans = (second: CtVolume) => [
      { participantId: "p1", identity: "a", hash: perceptualHash(volume) },
      { participantId: "p40", identity: "b", hash: perceptualHash(second) },
    ];
    expect(codes(findLeaks(noise(), half, { scans: scans(again) }))).toEqual(["near-duplicate-images"]);
    expect(findLeaks(noise(), half, { scans: scans(head(9)) })).toEqual([]);
  });
});
