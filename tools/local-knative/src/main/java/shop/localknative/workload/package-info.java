/**
 * The work of the kubelet before a container starts: environment, volumes, tokens, generated Secrets, migrations. Entry
 * point: {@link shop.localknative.workload.PodTemplate}. For {@code serving} and {@code Reconciler}.
 */
package shop.localknative.workload;
