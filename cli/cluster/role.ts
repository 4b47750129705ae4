/** Role of docs/rbac.yaml that has the doctor's rights. */
export const DOCTOR_ROLE = "istio-idle-timeout-doctor";

/** Says how to get the rights of a role of docs/rbac.yaml. */
export function adviseRole(role = DOCTOR_ROLE): string {
  return `have an administrator apply docs/rbac.yaml and bind its role ${role} to you`;
}
