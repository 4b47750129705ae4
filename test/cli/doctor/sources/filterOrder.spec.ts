import assert from "node:assert/strict";
import fc from "fast-check";
import { compareFilters, filtersFor } from "../../../../cli/doctor/sources/filterOrder.ts";
import type { EnvoyFilterObject } from "../../../../cli/doctor/mesh/istioObjects.ts";

const ROOT = "istio-system";
const WORKLOAD = { namespace: "shop", labels: { app: "web", tier: "front" }, rootNamespace: ROOT };

type Spec = NonNullable<EnvoyFilterObject["spec"]>;

function filter(fullName: string, spec: Spec = {}, created = "2026-01-01T00:00:00Z") {
  const [namespace = "", name = ""] = fullName.split("/");
  return { metadata: { name, namespace, creationTimestamp: created }, spec };
}

function namesOf(filters: readonly EnvoyFilterObject[]): string[] {
  return filters.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

const anyFilter = fc
  .record({
    namespace: fc.constantFrom(ROOT, "shop"),
    name: fc.constantFrom("a", "a-b", "b", "B"),
    priority: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    second: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ namespace, name, priority, second }) =>
    filter(
      `${namespace}/${name}`,
      priority === undefined ? {} : { priority },
      `2026-01-01T00:00:0${second}Z`,
    ),
  );

const byOrder = (a: EnvoyFilterObject, b: EnvoyFilterObject) => compareFilters(a, b, ROOT);

describe("the order of EnvoyFilters", () => {
  it("is by priority before anything else, also before the root namespace", () => {
    const root = filter(`${ROOT}/mesh`, { priority: 1 });
    const own = filter("shop/own");
    assert.deepEqual(namesOf(filtersFor([root, own], WORKLOAD)), ["shop/own", `${ROOT}/mesh`]);
  });

  it("has the root namespace's first, however young they are", () => {
    const root = filter(`${ROOT}/mesh`, {}, "2026-06-01T00:00:00Z");
    const own = filter("shop/own");
    assert.deepEqual(namesOf(filtersFor([own, root], WORKLOAD)), [`${ROOT}/mesh`, "shop/own"]);
  });

  it("is by age then, and by name among those of one second", () => {
    const filters = [
      filter("shop/a", {}, "2026-01-01T00:00:02Z"),
      filter("shop/c", {}, "2026-01-01T00:00:01Z"),
      filter("shop/b", {}, "2026-01-01T00:00:01Z"),
    ];
    assert.deepEqual(namesOf(filtersFor(filters, WORKLOAD)), ["shop/b", "shop/c", "shop/a"]);
  });

  it("does not depend on the order in which they are listed", () => {
    const unique = fc.uniqueArray(anyFilter, {
      selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    });
    fc.assert(
      fc.property(
        unique.chain((filters) =>
          fc.tuple(
            fc.constant(filters),
            fc.shuffledSubarray(filters, { minLength: filters.length }),
          ),
        ),
        ([filters, shuffled]) => {
          assert.deepEqual(
            namesOf(filtersFor(shuffled, WORKLOAD)),
            namesOf(filtersFor(filters, WORKLOAD)),
          );
        },
      ),
    );
  });

  it("is total: antisymmetric and transitive", () => {
    fc.assert(
      fc.property(anyFilter, anyFilter, anyFilter, (a, b, c) => {
        assert.equal(Math.sign(byOrder(a, b)), 0 - Math.sign(byOrder(b, a)));
        if (byOrder(a, b) <= 0 && byOrder(b, c) <= 0) {
          assert.ok(byOrder(a, c) <= 0);
        }
      }),
    );
  });

  it("is never against priorities", () => {
    fc.assert(
      fc.property(fc.array(anyFilter), (filters) => {
        const priorities = filtersFor(filters, WORKLOAD).map(({ spec }) => spec?.priority ?? 0);
        assert.deepEqual(
          priorities,
          [...priorities].sort((a, b) => a - b),
        );
      }),
    );
  });
});

describe("the choice of EnvoyFilters", () => {
  const chosen = (...filters: EnvoyFilterObject[]) => namesOf(filtersFor(filters, WORKLOAD));

  it("is of the pod's namespace and the root namespace", () => {
    assert.deepEqual(chosen(filter("shop/own"), filter(`${ROOT}/mesh`), filter("other/theirs")), [
      `${ROOT}/mesh`,
      "shop/own",
    ]);
  });

  it("counts a namespace that is the root namespace once", () => {
    const workload = { ...WORKLOAD, namespace: ROOT };
    assert.deepEqual(namesOf(filtersFor([filter(`${ROOT}/mesh`)], workload)), [`${ROOT}/mesh`]);
  });

  it("leaves out those with targetRefs, which are for gateways", () => {
    assert.deepEqual(chosen(filter("shop/gateway", { targetRefs: [{ name: "gateway" }] })), []);
  });

  it("selects exactly when the pod has every label that is asked for", () => {
    const labels = fc.dictionary(
      fc.constantFrom("app", "tier", "zone"),
      fc.constantFrom("web", "front", "x"),
    );
    fc.assert(
      fc.property(labels, labels, (asked, has) => {
        const selected = filtersFor([filter("shop/own", { workloadSelector: { labels: asked } })], {
          ...WORKLOAD,
          labels: has,
        });
        const every = Object.keys(asked).every(
          (key) => Object.hasOwn(has, key) && has[key] === asked[key],
        );
        assert.equal(selected.length, every ? 1 : 0);
      }),
    );
  });
});
