import fc from "fast-check";
import { expect, it } from "vitest";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { dot, type Vec3 } from "./vec3.ts";

const entry = fc.double({ min: -100, max: 100, noNaN: true });

it("matrix times vector is value times vector; vectors are orthonormal", () => {
  fc.assert(
    fc.property(fc.record({ xx: entry, xy: entry, xz: entry, yy: entry, yz: entry, zz: entry }), (m) => {
      const { values, vectors } = symmetricEigen(m);
      vectors.forEach((v, n) => {
        const product = [dot([m.xx, m.xy, m.xz], v), dot([m.xy, m.yy, m.yz], v), dot([m.xz, m.yz, m.zz], v)];
        expect(product).toBeAllClose(
          v.map((x) => x * (values[n] as number)),
          { absolute: 1e-10 },
        );
        vectors.forEach((w, o) => {
          expect(dot(v, w as Vec3)).toBeAllClose(n === o ? 1 : 0, { absolute: 1e-12 });
        });
      });
      expect(values[0] >= values[1] && values[1] >= values[2]).toBe(true);
    }),
  );
});
