import assert from "node:assert/strict";
import { check } from "../../../cli/preflight/checks.ts";
import { platformProblems } from "../../../cli/preflight/nodes.ts";
import type { PreflightRequest } from "../../../model/requests.ts";
import { FakePreflightWorld, istiod, OWNER, REQUEST, webhooks } from "./fakeWorld.ts";

const FORBIDDEN = 'Error from server (Forbidden): User "ann" cannot list resource';
const REPOSITORY = "/distribution/localhost:5000/istio-idle-timeout-probe/json";
const unreachable = (message: string) => ({ status: 500, body: JSON.stringify({ message }) });

describe("the preflight", () => {
  let around: FakePreflightWorld;

  beforeEach(() => {
    around = new FakePreflightWorld();
  });

  const problems = async (changes: Partial<PreflightRequest> = {}): Promise<string[]> => {
    const found = await check({ ...REQUEST, ...changes }, around);
    for (const line of found) {
      assert.doesNotMatch(line, /\n/);
    }
    return found;
  };

  it("finds nothing where nothing is in the way, and changes nothing", async () => {
    assert.deepEqual(await problems(), []);
    for (const command of around.commands.filter((each) => !each.startsWith("create "))) {
      assert.match(command, /^(get|version|config get-contexts) /);
    }
  });

  it("tells everything at once", async () => {
    around.clientVersion = "v1.19.0";
    around.denied = ["create namespaces"];
    around.webhooks = [];
    around.namespace = {};
    around.nodes = ["linux/s390x"];
    around.answers[REPOSITORY] = unreachable("connection refused");
    assert.deepEqual(
      (await problems()).map((line) => line.split(":")[0]),
      ["kubectl", "rights", "Istio", "namespace istio-idle-timeout-dev", "platform", "registry"],
    );
  });

  describe("of kubectl", () => {
    it("finds it missing, and says nothing about the cluster", async () => {
      around.failure = () => "kubectl was not found on PATH; install it or put it there";
      assert.deepEqual(await problems(), [
        "kubectl: kubectl was not found on PATH; install it or put it there; 1.28 or later is needed",
      ]);
    });

    it("finds it too old", async () => {
      around.clientVersion = "v1.27.16";
      assert.deepEqual(await problems(), ["kubectl: v1.27.16 is too old; install 1.28 or later"]);
    });
  });

  describe("of the cluster", () => {
    const refused = "The connection to the server 192.0.2.1:6443 was refused";

    it("finds the context missing, with those that there are", async () => {
      around.failure = (command) =>
        command.startsWith("get") ? 'error: context "kind-mesj" does not exist' : undefined;
      assert.deepEqual(await problems({ context: "kind-mesj" }), [
        'kubeContext: "kind-mesj" is not in the kubeconfig, which has kind-mesh, staging; set kubeContext ' +
          "to one of these, or KUBECONFIG to another file",
      ]);
    });

    it("finds it out of reach, and says nothing else about it", async () => {
      around.failure = (command) => (command.startsWith("version") ? undefined : refused);
      assert.deepEqual(await problems(), [
        `the cluster of context kind-mesh can't be reached: ${refused}; start it, or set kubeContext to ` +
          "the context of another",
      ]);
      assert.deepEqual(await problems({ context: undefined }), [
        `the cluster of the kubeconfig's current context can't be reached: ${refused}; start it, or set ` +
          "kubeContext to the context of another",
      ]);
    });

    it("finds rights missing, in one line", async () => {
      around.denied = [
        "create namespaces",
        "delete namespaces",
        "get pods/exec",
        "patch envoyfilters",
      ];
      assert.deepEqual(await problems(), [
        "rights: you may not create/delete namespaces, get pods/exec in namespace istio-idle-timeout-dev, " +
          "patch envoyfilters.networking.istio.io in namespace istio-idle-timeout-dev; have an " +
          "administrator apply docs/rbac.yaml and bind its role to you",
      ]);
    });

    it("asks for more rights for a time-lapse only", async () => {
      around.denied = ["create pods"];
      assert.deepEqual(await problems(), []);
      assert.match(
        (await problems({ timelapse: true })).join(),
        /^rights: you may not create pods in /,
      );
    });

    it("asks for rights on a ServiceEntry and a DestinationRule only where they are used", async () => {
      around.denied = ["create serviceentries", "patch destinationrules"];
      const entry = "create serviceentries.networking.istio.io in namespace istio-idle-timeout-dev";
      const rule = "patch destinationrules.networking.istio.io in namespace istio-idle-timeout-dev";
      const end = "; have an administrator apply docs/rbac.yaml and bind its role to you";
      const path = "serviceEntry";
      assert.deepEqual(await problems(), []);
      assert.deepEqual(await problems({ path }), [`rights: you may not ${entry}${end}`]);
      for (const remedy of ["destinationRule", "tcpKeepalive"] as const) {
        assert.deepEqual(await problems({ path, remedy }), [
          `rights: you may not ${entry}, ${rule}${end}`,
        ]);
      }
    });

    it("says that a question got no answer", async () => {
      around.failure = (command) =>
        command.includes("mutatingwebhook") ? "no answer within 8 s" : undefined;
      assert.deepEqual(await problems(), [
        "kubectl get mutatingwebhookconfigurations: no answer within 8 s; try again",
      ]);
    });

    it("is no judge of what the user may not see", async () => {
      around.failure = (command) =>
        /^get (mutatingwebhook|nodes|namespace )/.test(command) ? FORBIDDEN : undefined;
      assert.deepEqual(await problems(), []);
      around.failure = (command) => (command.includes("deployments") ? FORBIDDEN : undefined);
      assert.deepEqual(await problems(), []);
    });
  });

  describe("of Istio", () => {
    it("finds it not installed", async () => {
      around.failure = (command) =>
        command.includes("networking.istio.io")
          ? "Error from server (NotFound): the server could not find the requested resource"
          : undefined;
      assert.deepEqual(await problems(), [
        "Istio: it is not installed in the cluster, which has no API networking.istio.io; install it " +
          "(istioctl install), or set kubeContext to a cluster that has it",
      ]);
    });

    it("finds that nothing injects", async () => {
      around.webhooks = [
        { metadata: { name: "vault" }, webhooks: [{ name: "v.io", clientConfig: {} }] },
      ];
      assert.deepEqual(await problems(), [
        "Istio: nothing in the cluster injects sidecars (no MutatingWebhookConfiguration has a webhook " +
          "sidecar-injector.istio.io); install istiod (istioctl install)",
      ]);
    });

    it("finds that no revision injects, and names those that there are", async () => {
      around.webhooks = [webhooks("1-30-2"), webhooks("1-30-2", "stable"), webhooks("1-31-0")];
      assert.deepEqual(await problems(), [
        "Istio: no webhook injects sidecars into a namespace with the label istio-injection=enabled; set " +
          "revision to one of 1-30-2, 1-31-0, stable",
      ]);
    });

    for (const revision of ["1-30-2", "stable"]) {
      it(`takes ${revision} for one that injects where it is asked for`, async () => {
        around.webhooks = [webhooks("1-30-2"), webhooks("1-30-2", "stable")];
        around.controlPlanes = [
          istiod("istio/pilot:1.29.0"),
          istiod("istio/pilot:1.30.2", { labels: { "istio.io/rev": "1-30-2" } }),
        ];
        assert.deepEqual(await problems({ injectionLabels: { "istio.io/rev": revision } }), []);
      });
    }

    it("finds the control plane not available", async () => {
      around.controlPlanes = [{ ...istiod("istio/pilot:1.31.0"), status: {} }];
      assert.deepEqual(await problems(), [
        "Istio: istiod is not available, so that pods get no sidecar; see kubectl get pods --namespace mesh",
      ]);
    });

    it("finds the releases whose default is another", async () => {
      const found = async (release: string, changes: Partial<PreflightRequest>) => {
        around.controlPlanes = [istiod(`istio/pilot:${release}`)];
        return (await problems(changes)).length;
      };
      const remove: Partial<PreflightRequest> = { timeout: "remove" };
      assert.deepEqual(
        [
          await found("1.13.9", {}),
          await found("1.14.0", {}),
          await found("1.15.1", remove),
          await found("1.15.1", { timeout: "off" }),
          await found("1.15.2", {}),
        ],
        [0, 1, 1, 0, 0],
      );
    });

    const off = "off";
    const duration = "12s";
    const rule = { path: "serviceEntry", remedy: "destinationRule" } as const;
    const metadata = { remedy: "proxyMetadata" } as const;
    const gates: [release: string, changes: Partial<PreflightRequest>, problem?: string][] = [
      [
        "1.20.8",
        { ...rule, timeout: duration },
        "remedy: destinationRule, but a DestinationRule of Istio 1.20.8 has no idleTimeout (it came with 1.21); " +
          "set remedy to envoyFilter",
      ],
      ["1.21.0", { ...rule, timeout: duration }],
      [
        "1.23.5",
        { ...rule, timeout: off },
        "timeout: off, but Istio 1.23.5 refuses an idleTimeout of 0s in a DestinationRule (until 1.23.6); set " +
          "timeout to a duration, or remedy to envoyFilter",
      ],
      ["1.23.5", { ...rule, timeout: duration }],
      ["1.23.6", { ...rule, timeout: off }],
      [
        "1.13.9",
        { ...metadata, timeout: duration },
        "remedy: proxyMetadata, but Istio 1.13.9 ignores it for hosts that the mesh does not know (until 1.14); " +
          "set remedy to envoyFilter, or path to serviceEntry",
      ],
      ["1.13.9", { ...metadata, path: "serviceEntry", timeout: duration }],
      ["1.14.0", { ...metadata, timeout: duration }],
      ["1.15.1", { path: "serviceEntry", timeout: "default" }],
    ];
    for (const [release, changes, problem] of gates) {
      const what = JSON.stringify(changes);
      it(`${problem ? "finds" : "does not find"} Istio ${release} too old for ${what}`, async () => {
        around.controlPlanes = [istiod(`istio/pilot:${release}`)];
        assert.deepEqual(await problems(changes), problem ? [problem] : []);
      });
    }

    it("takes the version from a label where the image has none, or goes without", async () => {
      const labels = { "operator.istio.io/version": "1.20.1" };
      around.controlPlanes = [istiod("istio/pilot@sha256:0123", { labels })];
      const old = { ...rule, timeout: duration };
      assert.match((await problems(old)).join(), /Istio 1\.20\.1 /);
      around.controlPlanes = [istiod("registry:5000/pilot:latest", { labels: {} })];
      assert.deepEqual(await problems(old), []);
    });
  });

  describe("of the namespace", () => {
    const annotations = { "istio-idle-timeout/owner": OWNER };

    it("takes the stack's own", async () => {
      around.namespace = { annotations };
      assert.deepEqual(await problems(), []);
    });

    it("finds another owner's", async () => {
      around.namespace = { annotations: { "istio-idle-timeout/owner": "bob@desk/89abcdef" } };
      assert.deepEqual(await problems(), [
        "namespace istio-idle-timeout-dev: it exists and belongs to another stack, of bob@desk/89abcdef; " +
          "use another stack name, or if nobody needs it any more remove it: " +
          "kubectl delete namespace istio-idle-timeout-dev",
      ]);
    });

    it("finds one that was made by hand", async () => {
      around.namespace = {};
      assert.match(
        (await problems()).join(),
        /it exists and was not made by a stack of this project;/,
      );
    });

    it("finds it on its way out", async () => {
      around.namespace = { annotations, deletionTimestamp: "2026-01-02T03:04:05Z" };
      assert.deepEqual(await problems(), [
        "namespace istio-idle-timeout-dev: it is still being deleted; wait for that and try again: " +
          "kubectl wait --for=delete namespace/istio-idle-timeout-dev",
      ]);
    });
  });

  describe("of the nodes", () => {
    const one = ["linux/arm64"];
    const mixed = ["linux/amd64", "linux/arm64"];
    const cases: [nodes: string[], platform: string | undefined, problem: string | undefined][] = [
      [["linux/amd64"], undefined, undefined],
      [["linux/amd64"], "linux/amd64/v2", undefined],
      [mixed, "linux/arm64", undefined],
      [[], "linux/arm64", undefined],
      [
        one,
        undefined,
        "platform: not set, so that the image is for linux/amd64, but the cluster's nodes are linux/arm64; " +
          "set platform to that",
      ],
      [
        mixed,
        undefined,
        "platform: not set, so that the image is for linux/amd64, but the cluster's nodes are linux/amd64, " +
          "linux/arm64; set platform to one of these",
      ],
      [
        mixed,
        "linux/s390x",
        "platform: linux/s390x, but the cluster's nodes are linux/amd64, linux/arm64; set platform to one " +
          "of these",
      ],
    ];
    for (const [nodes, platform, problem] of cases) {
      it(`${problem === undefined ? "takes" : "finds"} ${platform ?? "nothing set"} on ${nodes.join(" and ") || "unknown ones"}`, () => {
        const expected = problem === undefined ? [] : [problem];
        assert.deepEqual(platformProblems(nodes, platform, "linux/amd64"), expected);
      });
    }
  });

  describe("of Docker", () => {
    it("finds it off", async () => {
      around.dockers = ["a", "b"].map((name) => ({ name, address: { socketPath: name } }));
      around.answers["/_ping"] = new Error("connect ENOENT");
      assert.deepEqual(await problems(), [
        "Docker: no daemon answers at a (connect ENOENT) or b (connect ENOENT); start it, or set DOCKER_HOST",
      ]);
    });

    it("leaves a daemon alone to which it has no way", async () => {
      around.dockers = [{ name: "ssh://build", address: undefined }];
      around.answers[REPOSITORY] = unreachable("connection refused");
      assert.deepEqual(await problems(), []);
    });

    for (const answer of [unreachable("connection refused"), new Error("connection refused")]) {
      it(`finds the registry out of reach by ${answer instanceof Error ? "no answer" : "an answer"}`, async () => {
        around.answers[REPOSITORY] = answer;
        assert.deepEqual(await problems(), [
          "registry: Docker can't reach that of localhost:5000/istio-idle-timeout-probe: connection " +
            "refused; start it, correct the setting, or if it speaks HTTP only allow it in Docker's " +
            "insecure-registries",
        ]);
      });
    }

    for (const status of [401, 403, 404]) {
      it(`takes a registry that answers ${status} for reachable`, async () => {
        around.answers[REPOSITORY] = { status, body: '{"message":"no"}' };
        assert.deepEqual(await problems(), []);
      });
    }

    it("asks the registry only for images that Docker does not have", async () => {
      around.answers["/distribution/redis:7/json"] = { status: 404, body: "" };
      assert.deepEqual(await problems(), []);
      around.answers["/images/redis:7/json"] = { status: 404, body: "" };
      assert.deepEqual(await problems(), [
        'redisImage: "redis:7" is not in Docker and not in its registry; push it, or set another image',
      ]);
      around.answers["/distribution/redis:7/json"] = { status: 401, body: "" };
      assert.deepEqual(await problems(), []);
    });

    it("finds an image's registry out of reach", async () => {
      around.answers["/images/node:22-slim/json"] = { status: 404, body: "" };
      around.answers["/distribution/node:22-slim/json"] = unreachable("no such host");
      assert.deepEqual(await problems(), [
        'baseImage: "node:22-slim" is not in Docker, and its registry can\'t be reached: no such host; pull ' +
          "it, or set another image",
      ]);
    });

    it("says that it fell silent", async () => {
      around.answers["/images/redis:7/json"] = new Error("no answer within 8 s");
      assert.deepEqual(await problems(), ["Docker: no answer within 8 s; try again"]);
    });
  });
});
