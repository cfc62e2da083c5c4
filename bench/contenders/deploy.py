"""The role of site.yaml. pyinfra tests the configuration after installing it, before the reload."""

from pyinfra import host
from pyinfra.operations import apt, files, server, systemd
from pyinfra.operations.util import any_changed


def put(kind):
    """Install the files of a kind. Return whether one of them changed."""
    return any_changed(
        *[
            files.put(name=file["dest"], src=file["src"], dest=file["dest"], mode=file["mode"])
            for file in host.data.files
            if file["kind"] == kind
        ]
    )


apt.packages(name="Install packages", packages=host.data.packages)
settings = put("setting")
programs = put("program")
units = put("unit")
if host.data.modules:
    server.modprobe(name="Load modules", module=host.data.modules)
configuration = put("configuration")

systemd.daemon_reload(name="Read units again", _if=units)
server.shell(name="Set the kernel", commands="sysctl -q -p /etc/sysctl.d/lvs.conf", _if=settings)
if "keepalived" in host.data.services:
    server.shell(
        name="Test the configuration", commands="keepalived --config-test", _if=configuration
    )
start = {
    service: systemd.service(name=service, service=service, running=True, enabled=True)
    for service in host.data.services
}


def reload(service, changed):
    """Reload a service that ran before and whose files have changed."""
    systemd.service(
        name=f"Reload {service}",
        service=service,
        reloaded=True,
        _if=[changed, lambda: not start[service].did_change()],
    )


reload(host.data.services[0], programs)
if "keepalived" in host.data.services:
    reload("keepalived", configuration)
