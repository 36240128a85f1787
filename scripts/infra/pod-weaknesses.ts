/** A pod's part that its hardening stands in. */
export interface PodSpec {
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  hostNetwork?: boolean;
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
  containers: {
    securityContext?: {
      allowPrivilegeEscalation?: boolean;
      readOnlyRootFilesystem?: boolean;
      privileged?: boolean;
      capabilities?: { drop?: string[]; add?: string[] };
    };
    resources?: { limits?: { memory?: string }; requests?: { memory?: string } };
    env?: { name: string; value?: string }[];
  }[];
}

/** What stands open in a pod, in the words of its fields; nothing for one that is as we want it. */
export function podWeaknesses(pod: PodSpec): string[] {
  const found: string[] = [];
  const want = (holds: boolean, what: string) => holds || found.push(what);
  want(pod.automountServiceAccountToken === false, 'automountServiceAccountToken');
  want(pod.enableServiceLinks === false, 'enableServiceLinks');
  want(pod.hostNetwork !== true, 'hostNetwork');
  want(pod.securityContext?.runAsNonRoot === true, 'runAsNonRoot');
  want(/^(RuntimeDefault|Localhost)$/.test(pod.securityContext?.seccompProfile?.type ?? ''), 'seccompProfile');
  for (const { securityContext: own, resources, env = [] } of pod.containers) {
    want(own?.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation');
    want(own?.readOnlyRootFilesystem === true, 'readOnlyRootFilesystem');
    want(own?.privileged !== true, 'privileged');
    want(own?.capabilities?.drop?.includes('ALL') === true && own.capabilities.add === undefined, 'capabilities');
    want(resources?.limits?.memory !== undefined && resources.requests?.memory !== undefined, 'resources');
    want(!env.some(({ value }) => /:\/\/[^/]*:[^/]*@/.test(value ?? '')), 'a password in the environment');
  }
  return found;
}
