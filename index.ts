import * as docker from "@pulumi/docker";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { disconnectSeconds as secondsOf, runStatus, summaryLines } from "./report/summary.ts";
import { testResults } from "./report/testResults.ts";
import { runVerdict } from "./report/verdict.ts";
import { ConnectionTest } from "./components/runs/connectionTest.ts";
import { ConnectionPoolRule } from "./components/mesh/connectionPoolRule.ts";
import { driverSummaryLines } from "./report/driverSummary.ts";
import { sameFieldManager } from "./components/common/fieldManager.ts";
import { DriverImages } from "./components/pods/driverImages.ts";
import { languagesOf } from "./components/settings/drivers.ts";
import { DriverTest } from "./components/runs/driverTest.ts";
import { formatEndpoint, parseEndpoint } from "./model/endpoint.ts";
import { EndpointEntry } from "./components/mesh/endpointEntry.ts";
import { EvidenceFilter } from "./components/mesh/evidenceFilter.ts";
import { ExternalMiddleware } from "./components/middleware/externalMiddleware.ts";
import { IdleTimeoutPolicy } from "./components/mesh/idleTimeoutPolicy.ts";
import type { InjectionRequest } from "./model/istio/injection.ts";
import { sidecarLabels, variantLabels } from "./model/istio/labels.ts";
import { MeshNamespace } from "./components/mesh/meshNamespace.ts";
import { scopedName, stackNamespace } from "./model/names.ts";
import { Owner } from "./components/runs/owner.ts";
import type { ServerKind } from "./model/target.ts";
import { preflight } from "./components/runs/preflight.ts";
import { preflightRequest } from "./components/runs/preflightRequest.ts";
import { ProbeCredentials } from "./components/pods/probeCredentials.ts";
import { ProbeImage } from "./components/pods/probeImage.ts";
import { ProbeWorkload } from "./components/pods/probeWorkload.ts";
import { remedyPlan } from "./model/remedyBehaviour.ts";
import { runId as runIdOf } from "./components/settings/runId.ts";
import { kindsOf } from "./components/settings/outside.ts";
import { parseSettings } from "./components/settings/parseSettings.ts";
import { projectConfig } from "./components/settings/projectConfig.ts";
import { expectedIdleTimeoutMs } from "./model/timeout.ts";
import { TimelapseProxy } from "./components/mesh/timelapseProxy.ts";

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const settings = parseSettings(projectConfig(project));
const runId = runIdOf(settings);
const { kubeContext, outside, revision } = settings;
const plan = remedyPlan(settings);
const names = {
  namespace: stackNamespace(project, stack, settings.path),
  container: (kind: ServerKind) => scopedName(project, stack, kind),
};

const owner = new Owner("owner").id;
const ready = preflight(preflightRequest(settings, names.namespace), owner);

// Kubeconfig and Docker host are the ambient ones, as for kubectl and docker. Nothing in the cluster or in
// Docker comes before its provider, and so nothing before the preflight.
const cluster = new kubernetes.Provider(
  "cluster",
  {
    ...(kubeContext !== undefined && { context: kubeContext }),
    // An update that was killed leaves objects that its state does not know. They are taken over, whatever
    // is in them: the preflight has seen that the namespace is this stack's own.
    upsertExistingObjects: true,
    enablePatchForce: true,
  },
  { dependsOn: ready },
);
const dockerDaemon = new docker.Provider("docker-daemon", {}, { dependsOn: ready });
const inCluster = { providers: { kubernetes: cluster }, transformations: [sameFieldManager] };
const inDocker = { providers: { docker: dockerDaemon } };

const servers =
  outside.kind === "endpoints"
    ? []
    : outside.servers.map(({ kind, image }) => {
        const { endpoint, username, password } = new ExternalMiddleware(
          kind,
          {
            kind,
            containerName: names.container(kind),
            image,
            externalHost: outside.externalHost,
            owner,
          },
          inDocker,
        );
        return { kind, endpoint, credentials: { username, password } };
      });
const endpoints = pulumi.all(
  outside.kind === "endpoints"
    ? outside.targets.map((target) => formatEndpoint(target.endpoint))
    : servers.map((server) => server.endpoint),
);
// The one of those keys that know one only.
const endpoint = endpoints.apply(([first = ""]) => first);

const image = new ProbeImage(
  "probe",
  {
    context: "app/probe",
    registry: settings.registry,
    baseImage: settings.baseImage,
    platform: settings.platform,
  },
  inDocker,
);

const driverImages =
  settings.drivers.length === 0
    ? undefined
    : new DriverImages(
        "drivers",
        {
          languages: languagesOf(settings.drivers),
          registry: settings.registry,
          goImage: settings.goImage,
          nodeBuildImage: settings.nodeBuildImage,
          baseImage: settings.baseImage,
          platform: settings.platform,
        },
        inDocker,
      );

const { namespace } = new MeshNamespace(
  "mesh",
  { namespace: names.namespace, revision, owner },
  inCluster,
);

const podLabels = sidecarLabels(true);
const variant = variantLabels(settings);
const selected = { ...podLabels, ...variant };
const port = endpoint.apply((text) => parseEndpoint(text).port);
const policy = new IdleTimeoutPolicy(
  "idle-timeout",
  {
    namespace,
    podLabels: selected,
    timeout: plan.filter,
    port: plan.filterMatchesPort ? port : undefined,
  },
  inCluster,
);
const configuration: pulumi.Resource[] = [policy];
let reference = policy.reference;
if (settings.path === "serviceEntry") {
  const entry = new EndpointEntry("endpoint", { namespace, endpoint }, inCluster);
  configuration.push(entry);
  if (plan.connectionPool !== undefined) {
    const rule = new ConnectionPoolRule(
      "connection-pool",
      { namespace, podLabels: selected, host: entry.host, tcp: plan.connectionPool },
      inCluster,
    );
    configuration.push(rule);
    reference ??= rule.reference;
  }
}
if (settings.evidence) {
  configuration.push(new EvidenceFilter("evidence", { namespace, podLabels }, inCluster));
}

const injection: pulumi.Input<InjectionRequest>[] = [
  { proxyMetadata: plan.proxyMetadata },
  pulumi.output(plan.excludesPort ? port : undefined).apply((excludedPort) => ({ excludedPort })),
];
if (settings.timelapse > 1) {
  injection.push(
    new TimelapseProxy(
      "timelapse",
      {
        namespace,
        runId,
        factor: settings.timelapse,
        registry: settings.registry,
        compilerImage: settings.compilerImage,
        platform: settings.platform,
        kubeContext,
      },
      inDocker,
    ).request,
  );
}

const logins = {
  ...settings.credentials,
  ...Object.fromEntries(servers.map((server) => [server.kind, server.credentials])),
};
const credentials = new ProbeCredentials(
  "credentials",
  { namespace, credentials: logins },
  inCluster,
);

// Sidecars start with the configuration in place: one that arrived later would drain the listener.
const probes = [true, false].map(
  (sidecar) =>
    new ProbeWorkload(
      sidecar ? "with-sidecar" : "without-sidecar",
      {
        namespace,
        image: image.reference,
        sidecar,
        runId,
        credentialsVersion: credentials.version,
        variantLabels: variant,
        platform: settings.platform,
        injection,
      },
      { ...inCluster, dependsOn: [...configuration, credentials] },
    ),
);

const test = new ConnectionTest(
  "connection",
  {
    namespace,
    runId,
    endpoints,
    middleware: kindsOf(outside),
    load: settings.load,
    timeout: settings.timeoutText,
    observeMs: settings.observeMs,
    waitMs: settings.waitMs,
    timelapse: settings.timelapse,
    path: settings.path,
    remedy: settings.remedy,
    policy: reference,
    evidence: settings.evidence,
    debugLog: settings.debugLog,
    kubeContext,
  },
  { dependsOn: probes },
);

const driverTest =
  driverImages === undefined
    ? undefined
    : new DriverTest(
        "drivers",
        {
          namespace,
          drivers: settings.drivers,
          endpoints,
          middleware: kindsOf(outside),
          credentials: logins,
          images: driverImages.references,
          timeoutMs: expectedIdleTimeoutMs(settings.timeout),
          runId,
          variantLabels: variant,
          injection,
          platform: settings.platform,
          kubeContext,
        },
        { ...inCluster, dependsOn: configuration },
      );

/** Seconds until each probe's connection was closed, null where it was still open. */
export const disconnectSeconds = test.record.apply(secondsOf);
/** `running` while the probes go on without this program, otherwise `finished`. */
export const status = test.record.apply(runStatus);
/** What was found, in lines for people. */
export const summary = test.record.apply(summaryLines);
/** Why the connection through the sidecar ended, with what that stands on. */
export const verdict = test.record.apply(runVerdict);
/** The same for each kind of middleware and mode, where there is more than one or more than one connection. */
export const tests = test.record.apply(testResults);
/** What applications see with real drivers, where `drivers` names some. */
export const drivers = driverTest?.record;
/** The same in lines for people. */
export const driverSummary = driverTest?.record.apply(driverSummaryLines);
/** The whole record. */
export const results = test.record;
