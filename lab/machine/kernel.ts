/** Kernel options that the node needs, each with its use. */
const OPTIONS: Record<string, string> = {
  OVERLAY_FS: "the root filesystem of the node and its containers",
  VETH: "links to the node and to pods",
  NET_NS: "a network of the node's own",
  PID_NS: "processes of the node's own",
  NF_TABLES: "iptables in the node",
  NFT_COMPAT: "iptables in the node",
  NF_NAT: "services and published ports",
  NETFILTER_XT_NAT: "services and published ports",
  NETFILTER_XT_MARK: "kube-proxy",
  NETFILTER_XT_MATCH_ADDRTYPE: "kube-proxy",
  NETFILTER_XT_MATCH_COMMENT: "kube-proxy",
  NETFILTER_XT_MATCH_CONNTRACK: "kube-proxy",
  NETFILTER_XT_MATCH_STATISTIC: "kube-proxy",
  NETFILTER_XT_MATCH_OWNER: "the sidecar's redirection",
  NETFILTER_XT_TARGET_MASQUERADE: "kube-proxy",
  NETFILTER_XT_TARGET_REDIRECT: "the sidecar's redirection",
};

/**
 * Lists the needed options that the kernel was built without, each with its fix.
 *
 * @param config configuration of the kernel; undefined if the machine does not tell, which is no problem.
 */
export function kernelProblems(config: string | undefined): string[] {
  if (config === undefined) {
    return [];
  }
  const missing = Object.keys(OPTIONS).filter(
    (option) => !new RegExp(`^CONFIG_${option}=[ym]$`, "m").test(config),
  );
  return missing.map(
    (option) =>
      `The kernel was built without CONFIG_${option} (${OPTIONS[option] ?? ""}). ` +
      "Boot one that has it, such as the distribution's standard kernel.",
  );
}
