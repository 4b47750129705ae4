import type { PropertyMap } from "../../shared/value.ts";
import { DEFAULTS } from "./inputs.ts";

/** What the daemon says about a container, as far as it is used here. */
export interface ContainerDetails {
  Id: string;
  Name: string;
  Platform: string;
  State: {
    Running: boolean;
    ExitCode: number;
    Health?: { Status: string; Log: { Output: string }[] | null };
  };
  Config: {
    Image: string;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    Env: string[] | null;
    Hostname: string;
    User: string;
    WorkingDir: string;
    StopSignal?: string;
  };
  HostConfig: { IpcMode: string; LogConfig: { Type: string }; Runtime: string; ShmSize: number };
  NetworkSettings: {
    Bridge: string;
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    Networks: Record<string, NetworkEndpoint>;
  };
}

interface NetworkEndpoint {
  Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  IPAddress: string;
  IPPrefixLen: number;
  IPv6Gateway: string;
  MacAddress: string;
}

const BYTES_PER_MB = 1024 * 1024;

/** The outputs: the inputs, completed with what the daemon chose or filled in. */
export function containerOutputs(inputs: PropertyMap, details: ContainerDetails): PropertyMap {
  const { Config, HostConfig, NetworkSettings, State } = details;
  return {
    ...DEFAULTS,
    bridge: NetworkSettings.Bridge,
    command: Config.Cmd ?? [],
    entrypoints: Config.Entrypoint ?? [],
    envs: Config.Env ?? [],
    hostname: Config.Hostname,
    ipcMode: HostConfig.IpcMode,
    logDriver: HostConfig.LogConfig.Type,
    platform: details.Platform,
    runtime: HostConfig.Runtime,
    shmSize: HostConfig.ShmSize / BYTES_PER_MB,
    stopSignal: Config.StopSignal ?? "",
    user: Config.User,
    workingDir: Config.WorkingDir,
    ...inputs,
    ...(State.Running ? {} : { exitCode: State.ExitCode }),
    // Said anew by a refresh: a container that should run and doesn't is a change to repair.
    mustRun: State.Running && (inputs.mustRun ?? DEFAULTS.mustRun),
    name: details.Name.replace(/^\//, ""),
    networkDatas: Object.entries(NetworkSettings.Networks).map(networkData),
    ...(inputs.ports !== undefined && State.Running && { ports: portsOf(details) }),
  };
}

function networkData([networkName, endpoint]: [string, NetworkEndpoint]): PropertyMap {
  return {
    networkName,
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
  };
}

/** Every published port with the one chosen for it on the daemon's machine, by port number. */
function portsOf({ NetworkSettings }: ContainerDetails): PropertyMap[] {
  return Object.entries(NetworkSettings.Ports ?? {})
    .flatMap(([key, published]) => {
      const [internal, protocol = "tcp"] = key.split("/");
      return (published ?? []).map(({ HostIp, HostPort }) => ({
        internal: Number(internal),
        external: Number(HostPort),
        ip: HostIp,
        protocol,
      }));
    })
    .sort((left, right) => left.internal - right.internal || left.external - right.external);
}
