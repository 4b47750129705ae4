/** Annotation of a namespace and label of a container, with the id of the stack's state that made it. */
export const OWNER_KEY = "istio-idle-timeout/owner";
