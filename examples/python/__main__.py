import pulumi
import pulumi_lvs as lvs

config = pulumi.Config()

web = lvs.LvsCluster(
    "web",
    connection={"user": "root", "private_key": config.require_secret("privateKey")},
    vrrp_instances=[{"interface": "eth0", "virtual_router_id": 62}],
    directors=[
        {"name": "ds1", "host": "10.128.190.253", "host_key": config.require("ds1")},
        {"name": "ds2", "host": "10.128.190.254", "host_key": config.require("ds2")},
    ],
    real_servers=[
        {
            "name": f"rs{number}",
            "host": f"10.128.190.{248 + number}",
            "host_key": config.require(f"rs{number}"),
            "demo_page": f"RS{number}\n",
        }
        for number in (1, 2, 3)
    ],
    virtual_servers=[
        {
            "virtual_ip": "10.128.190.248",
            "port": 80,
            "lvs_sched": lvs.LvsSched.RR,
            "lvs_method": lvs.LvsMethod.DR,
        }
    ],
)

pulumi.export("vip", web.vip)
pulumi.export("inventory", web.inventory)
