//! Pairing a reader with its slot: `uketsuke pair reader`.

use super::entries;
use super::patient::{TAKE_CARD, WAIT};

const AGAIN_JA: &str = "この端末の受付はそのまま続けられます。組み合わせは担当の技術者がやり直します。";
const AGAIN_EN: &str = "Other readers go on working. The technician pairs again.";

entries! {
    PAIRING_RUNNING {
        cause: "別の組み合わせの作業が進んでいます。", "Another pairing is under way.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "その作業が終わるか、中止（Ctrl-C）されてから、もう一度始めます。",
            "Wait until it has ended, or cancel it (Ctrl-C), then begin again.";
    }
    PAIRING_SLOT_CONFIGURED {
        cause: "このカードリーダーの読み取り口は、設定に書かれています。", "The configuration names this reader's slot.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "カードで組み合わせるには、設定の `slot` の行を消して、サービスを再起動します。",
            "To pair by a card, take the line `slot` out of the configuration and restart the service.";
    }
    PAIRING_READER_UNREADY {
        cause: "カードリーダーが動いていないか、受付の途中です。", "The reader does not work, or is in the middle of a visit.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "`uketsuke status` でカードリーダーの状態を確かめ、先にそれを直します。",
            "See the reader's state with `uketsuke status` and mend that first.";
    }
    PAIRING_NOT_EMPTY {
        cause: "カードがすでに置かれています。", "A card lies there already.";
        patient: TAKE_CARD;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "このカードリーダーと、どのリーダーのものでもない読み取り口からカードを取り、もう一度始めます。",
            "Take the cards from this reader and from every slot that belongs to no reader; begin again.";
    }
    PAIRING_NOTHING_CAME {
        cause: "時間内にカードが置かれないか、取られませんでした。", "No card was placed, or taken again, in time.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "もう一度始め、案内に沿ってカードを置き、取ります。",
            "Begin again; place the card and take it as you are told.";
    }
    PAIRING_ONE_SIDED {
        cause: "カードリーダーと読み取り口の片方しか、カードに気づきませんでした。",
            "Only one of the two saw the card: the reader or a slot.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "カードをケースから出し、向きを確かめます。読み取り口のケーブルとPC/SCサービスも確かめます。",
            "Take the card out of its sleeve and check its side. Check the slot's cable and the PC/SC service too.";
    }
    PAIRING_OTHER_READER {
        cause: "別のカードリーダーにカードが置かれました。", "The card was placed on another reader.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "組み合わせるカードリーダーにカードを置きます。同じ機種が並ぶときは、ポートの入れ違いも疑います。",
            "Place the card on the reader that is being paired. With several of one model, the ports may be crossed.";
    }
    PAIRING_SEVERAL_CARDS {
        cause: "カードが2枚以上置かれました。", "More than one card came.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "カード1枚だけで、もう一度始めます。", "Begin again with one card only.";
    }
    PAIRING_SLOT_TAKEN {
        cause: "その読み取り口は、別のカードリーダーのものです。", "The slot belongs to another reader already.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "先に、もう一方のカードリーダーの組み合わせ（または設定の `slot`）を直します。",
            "Mend the other reader's pairing, or its `slot` in the configuration, first.";
    }
    PAIRING_UNWRITTEN {
        cause: "組み合わせを保存できませんでした。", "The pairing could not be made durable.";
        patient: WAIT;
        reception: AGAIN_JA, AGAIN_EN;
        technician: "設定の `pairings_file` の場所、空き容量、サービスの権限を確かめ、もう一度始めます。",
            "Check place, space and permission of the configured `pairings_file`, and begin again.";
    }
}
