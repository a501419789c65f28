"""Who works there: sixty names as they are written in English and in Chinese."""

from tandem.samples.words import Pair

# Those who sign in first, then everybody else.
LEAD: Pair = ("Alma Voss", "沈若兰")
EXECUTIVE: Pair = ("Henrik Dahl", "郭振华")
ADMINISTRATOR: Pair = ("Ines Duarte", "方敏")
PRODUCT_MANAGERS: tuple[Pair, ...] = (("Chen Yue", "陈玥"), ("Lars Bakker", "陆明哲"), ("Wu Jiayi", "吴佳怡"))
PROJECT_MANAGERS: tuple[Pair, ...] = (("Bo Zhou", "周博"), ("Petra Novak", "潘雅琴"), ("Okpe Adeyemi", "欧佩"))
PEOPLE: tuple[Pair, ...] = (
    ("Ma Yifan", "马一凡"), ("Tan Mei", "谭梅"), ("Jonas Keller", "乔楠"), ("Li Xin", "李欣"), ("Sofia Marin", "苏菲"),
    ("Zhang Wei", "张伟"), ("Anke de Vries", "安可"), ("Liu Yang", "刘洋"), ("Tomasz Zielinski", "唐明"), ("Wang Fang", "王芳"),
    ("Emre Aydin", "艾明"), ("Zhao Lei", "赵磊"), ("Clara Simons", "柯兰"), ("Huang Jing", "黄静"), ("Pieter Jansen", "彭杰"),
    ("Sun Peng", "孙鹏"), ("Maria Costa", "马瑞雅"), ("Xu Ting", "徐婷"), ("Daniel Weber", "魏丹"), ("Zhu Hao", "朱浩"),
    ("Nadia Rahimi", "倪娜"), ("Gao Shan", "高山"), ("Ruben Smit", "鲁本"), ("He Lili", "何丽丽"), ("Amara Okafor", "欧玛"),
    ("Lin Tao", "林涛"), ("Eva Horvat", "何娃"), ("Luo Kai", "罗凯"), ("Mikael Lund", "伦明凯"), ("Zheng Shuang", "郑爽"),
    ("Fatima Haddad", "哈雅"), ("Xie Na", "谢娜娜"), ("Bram Visser", "卫博然"), ("Deng Chao", "邓超然"), ("Julia Braun", "朱丽雅"),
    ("Cao Yuan", "曹源"), ("Karim Benali", "凯明"), ("Peng Xue", "彭雪"), ("Lotte Mulder", "穆乐"), ("Jiang Han", "蒋涵"),
    ("Oskar Nilsson", "倪奥"), ("Yuan Qing", "袁青"), ("Priya Nair", "倪雅"), ("Shen Bin", "沈斌"), ("Hugo Martens", "马胡果"),
    ("Pan Lu", "潘璐"), ("Elif Demir", "戴丽"), ("Qian Duo", "钱多"), ("Marek Kowal", "高马克"), ("Feng Rui", "冯睿"),
    ("Tessa Kuipers", "库泰莎"),
)  # fmt: skip
