//! The reader and its driver.

use super::patient::WAIT;
use super::{call_en, call_ja, entries, papers_en, papers_ja};

entries! {
    READER_ABSENT {
        cause: "設定されたカードリーダーが端末につながっていません。",
            "The configured reader is not connected to the terminal.";
        patient: WAIT;
        reception: concat!("ケーブルと電源を確かめ、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Check cable and power; send patients to another reader if there is one. ", papers_en!());
        technician: "ポートの名前が設定と合うか、OSが機器を認識しているかを確かめます。別のケーブル、ハブを通さないポートも試します。",
            "Check that the port's name matches the configuration and that the system sees the device. Try another cable, and a port without a hub.";
    }
    READER_NOT_PERMITTED {
        cause: "カードリーダーのポートを開く権限がありません。",
            "This program has no permission to open the reader's port.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせ、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Tell the technician; send patients to another reader if there is one. ", papers_en!());
        technician: "udevの規則とサービスのグループを確かめます。",
            "Check the udev rule and the groups of the service.";
    }
    READER_BUSY {
        cause: "別のプログラムがカードリーダーのポートを使っています。",
            "Another program holds the reader's port.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせ、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Tell the technician; send patients to another reader if there is one. ", papers_en!());
        technician: "ポートを開いているプログラム（メーカーの常駐ソフトなど）を止めます。",
            "Stop the program that has the port open, such as the maker's resident software.";
    }
    READER_UNPLUGGED ["COM", "COM disconnected"] {
        cause: "使用中にカードリーダーとの接続が切れました。",
            "The reader went away while in use.";
        patient: "カードをお取りになり、少しお待ちください。",
            "Please take your card and wait a moment.",
            "请取回卡片，稍候片刻。",
            "카드를 가져가시고 잠시 기다려 주십시오.";
        reception: concat!("ケーブルを差し直します。自動で再開したら、もう一度カードを置いていただきます。", papers_ja!()),
            concat!("Plug the cable in again. When the reader is back, have the card placed again. ", papers_en!());
        technician: "繰り返すときは、別のケーブル、ハブを通さない別のポート、給電、USBの省電力設定を試し、それからメーカーに連絡します。",
            "If it repeats, try another cable, another port without a hub, power supply and USB power saving; then the maker.";
    }
    READER_SILENT ["desktop visible"] {
        cause: "カードリーダーが決められた時間内に応答しません。",
            "The reader does not answer within its limit.";
        patient: WAIT;
        reception: concat!("カードリーダーの電源を入れ直します。", papers_ja!()),
            concat!("Switch the reader off and on. ", papers_en!());
        technician: "設定の機種とポートを確かめます。直らなければ、カードリーダーの電源を入れてから端末を再起動します。",
            "Check model and port in the configuration. If it stays, power the reader first, then restart the terminal.";
    }
    READER_GARBLED {
        cause: "カードリーダーから読み取れないデータが続けて届きました。",
            "The reader keeps sending data that cannot be read.";
        patient: WAIT;
        reception: concat!("ケーブルを差し直し、カードリーダーの電源を入れ直します。", papers_ja!()),
            concat!("Plug the cable in again and switch the reader off and on. ", papers_en!());
        technician: "機種、通信速度、パリティの設定とケーブルを確かめます。",
            "Check model, speed and parity in the configuration, and the cable.";
    }
    READER_WRONG_MODEL {
        cause: "つながっている機種が設定と違います。",
            "The connected unit says it is another model than configured.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせ、別のカードリーダーがあれば案内します。", papers_ja!()),
            concat!("Tell the technician; send patients to another reader if there is one. ", papers_en!());
        technician: "設定の機種名を直すか、ケーブルの入れ違いを直します。",
            "Correct the model in the configuration, or the crossed cables.";
    }
    READER_FAULT {
        cause: "カードリーダーが自分の故障を知らせています。",
            "The reader reports a fault of its own.";
        patient: WAIT;
        reception: concat!("画面の番号を控え、電源を入れ直します。", papers_ja!()),
            concat!("Note the number on its screen and switch it off and on. ", papers_en!());
        technician: "番号を控えてメーカーに連絡します。番号の意味は `uketsuke explain 番号` で見られます。",
            "Note the number and contact the maker. `uketsuke explain NUMBER` tells what is known of it.";
    }
    // 007 and up are such numbers too; `explain` sends every other three-digit number here.
    READER_NUMBER_UNPUBLISHED ["003", "004", "005"] {
        cause: "カードリーダーの番号です。番号があることは知られていますが、意味は公開されていません。",
            "This is a reader's own number. It is known to exist, and its meaning is not public.";
        patient: WAIT;
        reception: concat!("カードリーダーとパソコンの両方の画面の番号を控えます。", papers_ja!()),
            concat!("Note the number on the reader and the one on the PC. ", papers_en!());
        technician: concat!("カードリーダーとパソコンの両方の番号を、", call_ja!(), "に伝えます。"),
            concat!("Report both numbers, the reader's and the PC's, to the ", call_en!(), ".");
    }
    READER_UNSUPPORTED {
        cause: "この機種にない機能が求められました。",
            "The reader was asked for something its model does not offer.";
        patient: "別の方法でご案内します。",
            "We will help you in another way.",
            "我们会以其他方式协助您。",
            "다른 방법으로 안내해 드리겠습니다.";
        reception: "顔認証、暗証番号、目視確認のうち、この機種でできる方法を選びます。",
            "Choose what this model offers: face, PIN or visual check.";
        technician: "設定が、機種にない機能（音声、書類の読み取りなど）を求めていないか確かめます。",
            "Check that the configuration asks for nothing the model lacks, such as voice or document reading.";
    }
    READER_TOO_MANY {
        cause: "同じ機種の台数が、端末の上限または持っているライセンス数を超えています。",
            "There are more units of this model than a terminal may carry or licences are owned for.";
        patient: "別のカードリーダーをお使いください。",
            "Please use another reader.",
            "请使用其他读卡器。",
            "다른 카드 리더기를 이용해 주십시오.";
        reception: concat!("別のカードリーダーに案内します。", papers_ja!()),
            concat!("Send patients to another reader. ", papers_en!());
        technician: "設定の台数とライセンス数を確かめ、余る台は別の端末につなぎます。",
            "Check units and licences in the configuration; connect the surplus unit to another terminal.";
    }
    DRIVER_STOPPED {
        cause: "カードリーダーを動かすプログラムが止まり、再起動しました。",
            "The driver of this reader stopped and was started again.";
        patient: "カードをお取りになり、もう一度置いてください。",
            "Please take your card and place it again.",
            "请取回卡片，再重新放置。",
            "카드를 빼신 후 다시 올려 주십시오.";
        reception: concat!("もう一度カードを置いていただきます。", papers_ja!()),
            concat!("Have the card placed again. ", papers_en!());
        technician: "このプログラムの欠陥です。ログのその時刻の部分を開発元に送ってください。",
            "This is a defect of this program. Send the log of that time to its maintainers.";
    }
}
