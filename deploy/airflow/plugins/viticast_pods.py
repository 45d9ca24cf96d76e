"""The same tasks as pods of Kubernetes. DAGs import it only where `operator: kubernetes` stands in airflow.yml."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk.bases.branch import BranchMixIn
from kubernetes.client import models as k8s
from viticast_airflow import ANSWERS, ERROR, KedroBranch, KedroCall
from viticast_calls import Call
from viticast_process import HOME, PYTHON, without_secrets

PLAIN = f'cd "${HOME}" && exec "${PYTHON}" -m "$@"'
"""What a pod runs; the image says where the project is. The call's arguments are the shell's, never its text."""

REPLY = "/airflow/xcom/return.json"

LAST_LINE = f"""cd "${HOME}" && mkdir -p /airflow/xcom && said=$("${PYTHON}" -m "$@")
status=$?
printf '%s\\n' "$said"
printf '"%s"' "$(printf '%s\\n' "$said" | tail -n 1 | tr -cd '0-9a-f')" > {REPLY}
exit $status"""

STATUS = f"""cd "${HOME}" && mkdir -p /airflow/xcom
"${PYTHON}" -m "$@"
status=$?
printf '%s' $status > {REPLY}
case $status in {{answers}}) exit 0 ;; *) exit $status ;; esac"""


class KedroOperator(KedroCall, KubernetesPodOperator):
    """Runs a command of the project in a pod of its own."""

    template_fields: Sequence[str] = (
        *KubernetesPodOperator.template_fields,
        "pipeline",
        "tags",
        "parameters",
        "tables",
    )

    def __init__(
        self,
        *,
        command: str = "run",
        pipeline: str | None = None,
        tags: str | None = None,
        parameters: Sequence[str] = (),
        tables: Sequence[str] | None = None,
        event: Mapping[str, Any] | None = None,
        pod_resources: Mapping[str, str],
        secret: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        from_secret = [k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name=secret))] if secret else []
        super().__init__(
            env_from=from_secret,
            container_resources=k8s.V1ResourceRequirements(requests=dict(pod_resources), limits=dict(pod_resources)),
            do_xcom_push=command == "open" or command in ANSWERS,
            **kwargs,
        )
        self.command, self.pipeline, self.tags = command, pipeline, tags
        self.parameters, self.tables, self.event = list(parameters), tables, dict(event or {})

    def prepare(self, call: Call) -> None:
        """Puts a call into the pod."""
        script = LAST_LINE if self.command == "open" else PLAIN
        if self.command in ANSWERS:
            script = STATUS.format(answers=" | ".join(map(str, ANSWERS[self.command])))
        self.cmds = ["sh", "-c", script, "sh"]
        self.arguments = list(call.arguments)
        self.env_vars = [k8s.V1EnvVar(name=name, value=value) for name, value in call.environment.items()]

    def execute(self, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as Airflow has it
        """Runs the pod to its end; gives the id of the MLflow run that `open` printed."""
        self.prepare(self.build(context))
        try:
            said = super().execute(context)  # type: ignore[arg-type]
        except Exception as error:
            context["ti"].xcom_push(key=ERROR, value=without_secrets(str(error), os.environ)[-3000:])
            raise
        self.announce(context)
        return said


class KedroBranchOperator(KedroBranch, KedroOperator, BranchMixIn):
    """Runs a command in a pod and branches on its exit status."""

    def __init__(self, *, branches: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 - Airflow's
        super().__init__(**kwargs)
        self.branches = dict(branches)

    def execute(self, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as Airflow has it
        """Asks, and branches."""
        if answer := self.decided(context):
            return self.follow(context, answer)
        return self.follow(context, ANSWERS[self.command][int(super().execute(context))])
