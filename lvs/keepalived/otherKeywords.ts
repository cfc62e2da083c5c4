/** Blocks to which users can add lines. */
export type ExtraBlock =
    | "root"
    | "global_defs"
    | "vrrp_script"
    | "vrrp_track_process"
    | "track_file"
    | "bfd_instance"
    | "vrrp_instance"
    | "vrrp_sync_group"
    | "virtual_server"
    | "real_server"
    | "check"
    | "url";

/**
 * Keywords that no argument has, for lines of `extraConfig`: the block, and the first version of
 * keepalived with the keyword. Those that every version has are left out.
 */
export const otherKeywords: Readonly<Record<ExtraBlock, Readonly<Record<string, string>>>> = {
    root: {
        child_wait_time: "2.0.0",
        track_group: "2.0.3",
        linkbeat_interfaces: "2.0.13",
        net_namespace_ipvs: "2.1.0",
    },
    global_defs: {
        enable_snmp_vrrp: "2.0.0",
        dbus_service_name: "1.3.7",
        dbus_no_interface_name: "2.3.0",
        no_checker_emails: "2.0.0",
        rs_init_notifies: "2.0.0",
        vrrp_netlink_cmd_rcv_bufs: "2.0.0",
        vrrp_netlink_cmd_rcv_bufs_force: "2.0.0",
        vrrp_netlink_monitor_rcv_bufs: "2.0.0",
        vrrp_netlink_monitor_rcv_bufs_force: "2.0.0",
        lvs_netlink_cmd_rcv_bufs: "2.0.0",
        lvs_netlink_cmd_rcv_bufs_force: "2.0.0",
        lvs_netlink_monitor_rcv_bufs: "2.0.0",
        lvs_netlink_monitor_rcv_bufs_force: "2.0.0",
        process_monitor_rcv_bufs: "2.0.11",
        process_monitor_rcv_bufs_force: "2.0.11",
        vrrp_rx_bufs_policy: "2.0.3",
        vrrp_rx_bufs_multiplier: "2.0.3",
        umask: "2.0.9",
        random_seed: "2.0.15",
        process_names: "2.0.16",
        process_name: "2.0.16",
        vrrp_process_name: "2.0.16",
        lvs_process_name: "2.0.16",
        bfd_process_name: "2.0.16",
        checker_process_name: "2.2.0",
        disable_local_igmp: "2.2.0",
        include_check: "2.2.0",
        tmp_config_directory: "2.2.0",
        vmac_prefix: "2.2.0",
        vmac_addr_prefix: "2.2.0",
        vrrp_vmac_garp_intvl: "2.2.0",
        nftables_ipvs: "2.2.2",
        nftables_ipvs_priority: "2.2.2",
        nftables_ipvs_start_fwmark: "2.2.2",
        config_save_dir: "2.2.3",
        data_use_instance: "2.2.3",
        json_version: "2.2.8",
        snmp_vs_stats_update_interval: "2.3.0",
        snmp_rs_stats_update_interval: "2.3.0",
        use_symlink_paths: "2.3.0",
        iproute_usr_dir: "2.3.2",
        iproute_etc_dir: "2.3.2",
        state_dump_file: "2.3.3",
        stats_dump_file: "2.3.3",
        json_dump_file: "2.3.3",
        vrrp_owner_ignore_adverts: "2.3.3",
    },
    vrrp_instance: {
        use_ipvlan: "2.0.17",
        linkbeat_use_polling: "2.0.0",
        vmac_garp_intvl: "2.2.0",
        unicast_fault_no_peer: "2.2.5",
        vrf: "2.2.5",
        no_virtual_ipaddress: "2.2.8",
        thread_timer_expired: "2.3.2",
        owner_ignore_adverts: "2.3.3",
    },
    vrrp_sync_group: {},
    virtual_server: { weight: "1.3.7", snmp_name: "2.2.3" },
    real_server: { snmp_name: "2.2.3" },
    vrrp_script: {},
    vrrp_track_process: {},
    track_file: {},
    bfd_instance: {},
    check: {},
    url: {},
};
