using System;
using System.IO;
using NUnit.Framework;

namespace NpcEngine.Tests
{
    /// <summary>
    /// For Window ▸ General ▸ Test Runner: whether the package works in this Unity, on this system. What needs a server is tested
    /// where the engine is.
    /// </summary>
    public sealed class PackageTests
    {
        [Test]
        public void AClientWaitsForAServerWithoutStoppingTheGame()
        {
            using (var client = new NpcClient("tcp://127.0.0.1:9", "tests"))
            {
                client.Spawn("mira", "healer");
                Assert.IsNotEmpty(client.Say(new[] { "mira" }, "hello", null));
                Assert.IsNull(client.TakeDecision());
                Assert.AreEqual(1, client.Pending);
            }
        }

        [Test]
        public void AMistakeIsToldWhereItIsMade()
        {
            using (var client = new NpcClient("tcp://127.0.0.1:9", "tests"))
            {
                var fault = Assert.Throws<ProtocolException>(() => client.Say(new[] { "nobody" }, "hello", null));
                Assert.AreEqual("unknown_npc", fault.Code);
                Assert.IsNotEmpty(fault.Fix);
            }
        }

        [Test]
        public void AShortGapChangesNothing()
        {
            var presence = new Presence(2, 1);
            Assert.IsFalse(presence.Update(false, 0));
            Assert.IsFalse(presence.Update(false, 1.9));
            Assert.IsTrue(presence.Update(false, 2.1));
            Assert.IsFalse(presence.Online);
        }

        [Test]
        public void AServerThatIsNotThereIsToldAndTheGameGoesOn()
        {
            string folder = Path.Combine(Path.GetTempPath(), "npc-" + Guid.NewGuid());
            var settings = new ServerSettings { Data = folder, Commands = ServerSettings.Find(folder, false) };
            using (var server = new ServerProcess(settings))
            {
                Assert.AreEqual(ServerState.Failed, server.State);
                StringAssert.Contains("npc-server", server.TakeFault());
            }
        }
    }
}
