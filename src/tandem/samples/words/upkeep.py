"""Bugs, and the work that keeps a system alive."""

from tandem.samples.words import Pair

BUGS: tuple[Pair, ...] = (
    ("{s} of the last hour are missing from the list", "列表缺少最近一小时的{n}"),
    ("Wrong total after deleting a line", "删除明细后合计金额错误"),
    ("Saving {a} twice creates two", "重复点击保存会生成两条{n}"),
    ("Umlauts are lost on the printout", "打印件上生僻字丢失"),
    ("Time shows one hour too early after the clock change", "跨时区显示时间差一小时"),
    ("Page stays empty for accounts with two branches", "双分公司账户页面空白"),
    ("Filter forgets the depot after going back", "返回后网点筛选条件丢失"),
    ("E-mail goes out although {a} was cancelled", "{n}已取消仍发送邮件"),
    ("Export stops after ten thousand lines", "导出超过一万行后中断"),
    ("Slow list for the largest shipper", "最大货主的列表加载缓慢"),
    ("Discount is applied twice", "折扣被重复计算"),
    ("Button does nothing on older phones", "旧款手机上按钮无反应"),
    ("Barcode is cut off on narrow paper", "窄幅纸上条码被截断"),
    ("Attachment with a long name cannot be opened", "附件文件名过长无法打开"),
    ("Sign-in loops after the password was changed", "修改密码后反复跳转登录页"),
    ("{s} are sorted as text, not by number", "{n}编号按文本而非数值排序"),
    ("Wrong depot on {s} near the border of two regions", "区域交界处的{n}分配网点错误"),
    ("Message arrives in the wrong language", "消息语言发送错误"),
    ("Undo brings back the wrong amount", "撤销后金额恢复有误"),
    ("Partner gets an empty answer at midnight", "零点时合作方接口返回空结果"),
    ("App closes when the camera is refused", "拒绝相机权限后应用闪退"),
    ("Holiday of the region is not respected", "未识别地方节假日"),
    ("Search does not find numbers with a hyphen", "带连字符的编号检索不到"),
    ("Colour of the state cannot be read in dark mode", "深色模式下状态颜色看不清"),
)
UPKEEP: tuple[Pair, ...] = (
    ("Update the libraries of {c}", "升级{c}依赖库"),
    ("Shorten the nightly run of {c}", "缩短{c}夜间批处理时间"),
    ("Renew the certificate of {c}", "更新{c}证书"),
    ("Alarm when {c} answers too slowly", "{c}响应过慢时告警"),
    ("Move {c} to the new servers", "{c}迁移至新服务器"),
    ("Write the restart guide for {c}", "编写{c}重启手册"),
    ("Restore a backup of {c} as an exercise", "演练恢复{c}备份"),
    ("Delete test data from {c}", "清理{c}测试数据"),
    ("Raise test coverage of {c}", "提高{c}测试覆盖率"),
    ("Look into the memory use of {c}", "排查{c}内存占用"),
    ("Remove unused tables of {c}", "清理{c}废弃数据表"),
    ("Describe the settings of {c}", "补充{c}配置说明"),
    ("Split the slow query in {c}", "优化{c}慢查询"),
    ("Renew the service contract of {c}", "续签{c}服务合同"),
    ("Close the findings of the scan of {c}", "修复{c}漏洞扫描问题"),
    ("Plan the capacity of {c} for the peak season", "规划{c}旺季容量"),
)
COMPONENTS: tuple[Pair, ...] = (
    ("the order store", "订单库"), ("the price service", "计价服务"), ("the label printer gateway", "面单打印网关"),
    ("the message service", "消息服务"), ("the sign-in service", "登录服务"), ("the depot interface", "网点接口"),
    ("the customer register", "客户主数据"), ("the tracking store", "轨迹库"), ("the customs gateway", "海关网关"),
    ("the report server", "报表服务"), ("the map service", "地图服务"), ("the document archive", "单证归档"),
    ("the driver app", "司机端"), ("the test environment", "测试环境"), ("the file exchange", "文件交换平台"),
    ("the payment connection", "支付通道"),
)  # fmt: skip
UPKEEP_EPIC: Pair = ("Upkeep and support {period}", "运维与支持 {period}")
PERIOD: Pair = ("{year} Q{quarter}", "{year} 年 {quarter} 季度")
LABELS: tuple[Pair, ...] = (
    ("backend", "后端"), ("front end", "前端"), ("interface", "接口"), ("data", "数据"), ("security", "安全"),
    ("customer wish", "客户需求"), ("peak season", "旺季"), ("quick win", "小改进"),
)  # fmt: skip
STATES: tuple[tuple[Pair, str], ...] = (
    (("To do", "待办"), "to_do"), (("Ready", "就绪"), "to_do"), (("In progress", "进行中"), "in_progress"),
    (("Waiting", "等待中"), "in_progress"), (("In review", "评审中"), "in_progress"), (("Done", "已完成"), "done"),
)  # fmt: skip
TYPES: tuple[tuple[Pair, int], ...] = (
    (("Epic", "史诗"), 3), (("Story", "用户故事"), 2), (("Task", "任务"), 2), (("Bug", "缺陷"), 2),
)  # fmt: skip
PLAN_TYPES: tuple[tuple[Pair, int], ...] = ((("Phase", "阶段"), 3), (("Task", "任务"), 2), (("Milestone", "里程碑"), 2))
WAITS: tuple[Pair, ...] = (
    ("Waiting for the customs test account.", "等待海关测试账号。"),
    ("Waiting for an answer from the customer.", "等待客户答复。"),
    ("Waiting for the release of the price service.", "等待计价服务发布。"),
    ("Waiting for the security review.", "等待安全评审。"),
    ("Waiting for test devices.", "等待测试设备。"),
    ("Waiting for the supplier.", "等待供应商。"),
)
