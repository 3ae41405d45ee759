/** Temporal's information about the build that last advanced a run. The server's types have it in several places. */
interface VersionedInfo {
  versioningInfo?: { deploymentVersion?: { buildId?: string | null } | null; version?: string | null } | null;
  mostRecentWorkerVersionStamp?: { buildId?: string | null } | null;
}

/** The build of the worker that last advanced the run, or `unknown` before any has. */
export function workflowVersionOf({ raw }: { raw: unknown }): string {
  const described = raw as { workflowExecutionInfo?: VersionedInfo | null };
  const { versioningInfo, mostRecentWorkerVersionStamp } = described.workflowExecutionInfo ?? (raw as VersionedInfo);
  return (
    versioningInfo?.deploymentVersion?.buildId || versioningInfo?.version || mostRecentWorkerVersionStamp?.buildId || 'unknown'
  );
}
