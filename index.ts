import * as pulumi from "@pulumi/pulumi";
import { stackProviders } from "./components/common/providers.ts";
import { MeshNamespace } from "./components/mesh/meshNamespace.ts";
import { sidecarConfiguration } from "./components/mesh/sidecarConfiguration.ts";
import { outsideEndpoints } from "./components/middleware/outside.ts";
import { DriverImages } from "./components/pods/driverImages.ts";
import { ProbeCredentials } from "./components/pods/probeCredentials.ts";
import { ProbeImage } from "./components/pods/probeImage.ts";
import { probePair } from "./components/pods/probePair.ts";
import { ConnectionTest } from "./components/runs/connectionTest.ts";
import { DriverTest } from "./components/runs/driverTest.ts";
import { connectionOutputs, driverOutputs } from "./components/runs/outputs.ts";
import { Owner } from "./components/runs/owner.ts";
import { preflight } from "./components/runs/preflight.ts";
import { preflightRequest } from "./components/runs/preflightRequest.ts";
import { driverTimeoutMs, languagesOf } from "./components/settings/drivers.ts";
import { kindsOf } from "./components/settings/outside.ts";
import { parseSettings } from "./components/settings/parseSettings.ts";
import { projectConfig } from "./components/settings/projectConfig.ts";
import { runId as runIdOf } from "./components/settings/runId.ts";
import { scopedName, stackNamespace } from "./model/names.ts";

const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
const settings = parseSettings(projectConfig(project));
const { baseImage, kubeContext, platform, registry } = settings;
const runId = runIdOf(settings);
const middleware = kindsOf(settings.outside);
const ownNamespace = stackNamespace(project, stack, settings.path);

const owner = new Owner("owner").id;
const ready = preflight(preflightRequest(settings, ownNamespace), owner);
const opts = stackProviders(kubeContext, ready);

const { endpoints, credentials } = outsideEndpoints(
  settings,
  { containerName: (kind) => scopedName(project, stack, kind), owner },
  opts,
);
const image = new ProbeImage(
  "probe",
  { context: "app/probe", registry, baseImage, platform },
  opts,
);

const { namespace } = new MeshNamespace(
  "mesh",
  { namespace: ownNamespace, revision: settings.revision, owner },
  opts,
);
const { objects, policy, variantLabels, injection } = sidecarConfiguration(
  { settings, namespace, endpoints, runId },
  opts,
);
const pod = { namespace, runId, variantLabels, injection, platform };

const login = new ProbeCredentials("credentials", { namespace, credentials }, opts);
const probes = probePair(
  { ...pod, image: image.reference, credentialsVersion: login.version },
  { ...opts, dependsOn: [...objects, login] },
);
const connections = new ConnectionTest(
  "connection",
  {
    namespace,
    runId,
    endpoints,
    middleware,
    load: settings.load,
    timeout: settings.timeoutText,
    observeMs: settings.observeMs,
    waitMs: settings.waitMs,
    timelapse: settings.timelapse,
    path: settings.path,
    remedy: settings.remedy,
    policy,
    evidence: settings.evidence,
    debugLog: settings.debugLog,
    kubeContext,
  },
  { dependsOn: probes },
);

function measureDrivers(): DriverTest {
  const { drivers, goImage, nodeBuildImage } = settings;
  const images = new DriverImages(
    "drivers",
    { languages: languagesOf(drivers), registry, goImage, nodeBuildImage, baseImage, platform },
    opts,
  );
  return new DriverTest(
    "drivers",
    {
      ...pod,
      drivers,
      endpoints,
      middleware,
      credentials,
      images: images.references,
      timeoutMs: driverTimeoutMs(settings.timeout),
      kubeContext,
    },
    { ...opts, dependsOn: objects },
  );
}

// An output that is undefined would be warned of, so outputs of drivers exist only where some are asked for.
export = {
  ...connectionOutputs(connections.record),
  ...(settings.drivers.length > 0 && driverOutputs(measureDrivers().record)),
};
