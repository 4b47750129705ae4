import fc from "fast-check";
import assert from "node:assert/strict";
import { changes } from "../../../../lab/plugins/shared/diff.ts";
import {
  equal,
  hasSecrets,
  hasUnknowns,
  reveal,
  secret,
  toPlain,
  UNKNOWN,
  withoutNulls,
  withSecretsOf,
} from "../../../../lab/plugins/shared/value.ts";
import type { PropertyMap, PropertyValue } from "../../../../lab/plugins/shared/value.ts";
import { decode, encode } from "../../../../lab/plugins/shared/wire.ts";

const properties: fc.Arbitrary<PropertyMap> = fc.letrec<{ map: PropertyMap; value: PropertyValue }>(
  (tie) => ({
    map: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
      { noNullPrototype: true },
    ),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(UNKNOWN),
      fc.array(tie("value")),
      tie("map"),
      tie("value").map((value) => secret(value)),
    ),
  }),
).map;

describe("property values", () => {
  it("survive the engine's wire form", () => {
    fc.assert(
      fc.property(properties, (map) => {
        assert.deepEqual(decode(encode(map)), map);
      }),
    );
  });

  it("are not unlike themselves", () => {
    fc.assert(
      fc.property(properties, (map) => {
        assert.equal(equal(map, copyOf(map)), true);
        assert.deepEqual(changes(map, copyOf(map)), []);
      }),
    );
  });

  it("have no secrets once revealed, and are equal to what they were", () => {
    fc.assert(
      fc.property(properties, (map) => {
        assert.equal(hasSecrets(reveal(map)), false);
        assert.equal(equal(reveal(map), map), true);
      }),
    );
  });

  it("refuse to be taken for known", () => {
    assert.equal(hasUnknowns({ a: [secret({ b: UNKNOWN })] }), true);
    assert.throws(() => toPlain({ a: [secret({ b: UNKNOWN })] }));
    assert.deepEqual(toPlain({ a: secret([1, secret("x")]) }), { a: [1, "x"] });
  });

  it("lose nulls at any depth", () => {
    assert.deepEqual(withoutNulls({ a: null, b: [null, { c: null }], d: secret({ e: null }) }), {
      b: [{}],
      d: secret({}),
    });
  });

  it("mark as secret what came from a secret", () => {
    const outputs = { a: "1", b: { c: "2", d: "3" }, e: ["4", "5"], f: "6" };
    const inputs = { a: secret("1"), b: { c: secret("2") }, e: ["4", secret("5")], g: secret("x") };
    assert.deepEqual(withSecretsOf(outputs, inputs), {
      a: secret("1"),
      b: { c: secret("2"), d: "3" },
      e: secret(["4", "5"]),
      f: "6",
    });
  });
});

/** Equal, but of other objects. */
function copyOf(map: PropertyMap): PropertyMap {
  return decode(encode(map));
}
