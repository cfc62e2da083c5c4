# shellcheck shell=sh
# The VRRP password: a file that keepalived.conf includes.
step=secret

ready() { :; }

# A new password counts from now on. Before the first keepalived.conf there is nobody to tell.
activate() {
    ! grep -q 'include auth_pass.conf' /etc/keepalived/keepalived.conf 2>/dev/null ||
        ! systemctl is-active -q keepalived || systemctl reload keepalived
}

verify() { :; }

release() { :; }

restored() { :; }
